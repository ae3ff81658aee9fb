"""Postgres: a cluster of our own behind a unix socket and a password; `nobody` runs it when we are root."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from signal import SIGINT
from urllib.parse import quote

import psycopg

from apps.imaging.cage.libc import is_linux
from images_platform.embedded.postgres_tools import PostgresTools, find_postgres_tools
from images_platform.embedded.run_folder import make_private_folder
from images_platform.private_file import write_private
from images_platform.supervisor.orphans import end_orphans, find_by_folder
from images_platform.supervisor.part import NotReady, Part

_NAME = "images"  # of the role and of its database
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "32MB",
    "max_connections": "100",
    # One host, no replicas, little load: these would be processes that wait.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "io_method": "sync",
    "log_checkpoints": "off",
    "log_line_prefix": "",
}
# A test's data need not outlive the machine.
_VOLATILE_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One cluster in `folder`, its socket in `run_folder`; made when first started."""

    def __init__(self, folder: Path, run_folder: Path, *, password: str, is_durable: bool = True) -> None:
        self.folder = folder
        self._run_folder = run_folder
        self._socket_folder = run_folder / "postgres"
        self._password = password
        self._is_durable = is_durable

    @property
    def url(self) -> str:
        return f"postgres://{_NAME}:{self._password}@/{_NAME}?host={quote(str(self._socket_folder))}"

    def part(self) -> Part:
        """Return it as a part. Raises SupervisorError when there are no binaries."""
        tools = find_postgres_tools(self._run_folder)
        settings = _SETTINGS | {"unix_socket_directories": str(self._socket_folder)}
        settings |= {} if self._is_durable else _VOLATILE_SETTINGS
        options = [f"--{name}={value}" for name, value in settings.items()]
        return Part(
            name="postgres",
            command=tools.command("postgres", *options),
            environment=tools.environment(self.folder),
            folder=self.folder,
            prepare=lambda: self._prepare(tools),
            probe=self._probe,
            clear=lambda: _clear(self.folder),
            # The fast shutdown. SIGTERM would wait for every client to leave, for ever.
            stop_signal=SIGINT,
            stop_seconds=2.5,
            identity=tools.identity,
        )

    def _prepare(self, tools: PostgresTools) -> None:
        make_private_folder(self._socket_folder, tools.identity)
        _clear(self.folder)
        if not self.folder.exists():
            self._make_cluster(tools)

    def _make_cluster(self, tools: PostgresTools) -> None:
        """Make it aside, then rename: a cluster whose making was killed half-way looks finished otherwise."""
        partial = self.folder.with_name(f"{self.folder.name}.partial")
        _clear(partial)
        shutil.rmtree(partial, ignore_errors=True)
        make_private_folder(partial, tools.identity)
        password_file = self._socket_folder / "password"
        # The superuser's password is known to nobody: `postgres --single` needs none.
        write_private(password_file, secrets.token_urlsafe(32), owner=tools.identity)
        tools.run(
            "initdb",
            partial,
            "--username=postgres",
            f"--pwfile={password_file}",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--encoding=UTF8",
            # Not `trust`: a locked-in renderer that reached the socket would be superuser.
            "--auth-local=scram-sha-256",
            "--auth-host=scram-sha-256",
            *(() if self._is_durable else ("--no-sync",)),
        )
        password_file.unlink()
        # The platform's role is no superuser: who takes it over gets no files and no programs of the host.
        role = f"CREATE ROLE {_NAME} LOGIN CREATEDB PASSWORD '{self._password}';"
        database = f"CREATE DATABASE {_NAME} OWNER {_NAME};"
        tools.run("postgres", partial, "--single", "postgres", text=f"{role}\n{database}\n")
        partial.rename(self.folder)

    def _probe(self) -> None:
        # The postmaster writes its state there; asking it earlier would only fill its log with refusals.
        if not _has_line("ready", self.folder / "postmaster.pid"):
            raise NotReady("it is starting")
        try:
            with psycopg.connect(self.url, connect_timeout=1) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError as error:
            raise NotReady(str(error)) from error


def _has_line(line: str, path: Path) -> bool:
    try:
        return line in map(str.strip, path.read_text(encoding="utf-8").splitlines())
    except FileNotFoundError:
        return False


def _clear(folder: Path) -> None:
    """End what a postmaster that was killed with -9 left in a cluster, and remove its lock file.

    A busy back end lives on and holds the shared memory; a lock file whose number has meanwhile been given to
    some other process keeps Postgres from starting.
    """
    end_orphans(find_by_folder("postgres", folder))
    if is_linux():  # elsewhere we cannot know, and Postgres judges by itself
        (folder / "postmaster.pid").unlink(missing_ok=True)
