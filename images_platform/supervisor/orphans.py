"""Orphans: processes of an earlier run that outlived it, because something was killed with -9.

Linux only: elsewhere there is no /proc to find them in, and the lists are empty.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

_PATIENCE_SECONDS = 2.0
_LOOK_EVERY_SECONDS = 0.05


def find_by_folder(name: str, folder: Path) -> list[int]:
    """Return the processes of that name whose working directory is `folder`."""
    expected = str(folder.resolve())

    def is_one(process: Path) -> bool:
        is_named = (process / "comm").read_text().strip() == name
        return is_named and str((process / "cwd").readlink()) == expected

    return _find(is_one)


def find_by_variable(name: str, value: str) -> list[int]:
    """Return the processes that were started with that environment variable."""
    entry = f"{name}={value}".encode()
    return _find(lambda process: entry in (process / "environ").read_bytes().split(b"\0"))


def end_orphans(pids: Iterable[int]) -> None:
    """Ask them to end, then make them; return when all are gone."""
    left = set(pids)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while left and time.monotonic() < give_up_at:
            time.sleep(_LOOK_EVERY_SECONDS)
            left = {pid for pid in left if is_alive(pid)}


def _find(is_one: Callable[[Path], bool]) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # ended meanwhile, or not ours to look at
            if int(process.name) != os.getpid() and is_one(process):
                found.append(int(process.name))
    return found


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not, it holds nothing any more."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}
