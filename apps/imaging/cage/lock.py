"""Locking a worker: the one function that gives up every right, in the only order that works."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

from apps.imaging.cage import landlock, libc, seccomp
from apps.imaging.cage.privilege import give_up_root
from apps.imaging.cage.report import CageError, Locks
from apps.imaging.cage.rlimits import ResourceLimits


def lock(limits: ResourceLimits) -> Locks:
    """Lock this process for good and return what was put on.

    Call it after everything is imported and before the first picture: Landlock binds the calling thread
    only, and libvips starts its threads with the first render (a thread made earlier kept reading
    /etc/passwd, measured). Raises CageError when the process has several threads, OSError when the kernel
    has a lock but refuses it.
    """
    if count_threads() != 1:
        raise CageError(
            f"{count_threads()} threads run already; only a single-threaded process can be locked"
        )
    give_up_root()
    held = limits.apply()
    if not libc.is_linux():
        return Locks(landlock_abi=0, has_seccomp=False, limits=held)
    # Die with the parent, however it dies. Set here, since a change of identity clears it (prctl(2)).
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    abi = landlock.deny_everything()
    return Locks(landlock_abi=abi, has_seccomp=seccomp.install(), limits=held)


def count_threads() -> int:
    """Return how many threads the kernel sees in this process; Python's own where there is no /proc."""
    try:
        return sum(1 for _ in Path("/proc/self/task").iterdir())
    except OSError:
        return threading.active_count()
