"""The probe: try, from inside, each thing a worker must not be able to do.

Every attempt is harmless where it succeeds: the file is removed again, the fork ends at once, and calls
that could do harm get arguments no kernel accepts, since a filter answers before the kernel looks at them.
"""

from __future__ import annotations

import errno
import mmap
import os
import socket
from collections.abc import Callable
from pathlib import Path

from apps.imaging.cage import environment, libc
from apps.imaging.cage.report import Attempt, CageReport, Locks
from apps.imaging.cage.syscalls import IO_URING_SETUP, PTRACE, find_architecture

_REFUSALS = frozenset({errno.EPERM, errno.EACCES, errno.ENOSYS})
_NOBODY = -1
_PTRACE_ATTACH = 16


def probe(locks: Locks) -> CageReport:
    """Try everything and report; `locks` is what `lock` said it put on."""
    attempts = tuple(_try(name, action) for name, action in list_attempts().items())
    return CageReport(locks=locks, attempts=attempts, foreign_variables=environment.find_foreign_names())


def list_attempts() -> dict[str, Callable[[], object]]:
    """Return the forbidden things by name, for this platform."""
    attempts: dict[str, Callable[[], object]] = {
        "read a file by path": lambda: os.close(os.open("/etc/passwd", os.O_RDONLY)),
        "list a folder": lambda: next(Path("/").iterdir()),
        "write a file": _write_file,
        "make a TCP socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).close(),
        "make a UDP socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
        "make an IPv6 socket": lambda: socket.socket(socket.AF_INET6, socket.SOCK_STREAM).close(),
        "make a unix socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).close(),
        "make a socket pair": _make_socket_pair,
        "connect": lambda: libc.connect(_NOBODY),
        "bind": lambda: libc.bind(_NOBODY),
        "fork": _fork,
        "execute a program": lambda: os.execv("/nonexistent", ["nonexistent"]),  # noqa: S606 - there is no such program
        "act as root": _act_as_root,
        "signal the parent": lambda: os.kill(os.getppid(), 0),
        "make memory executable": lambda: mmap.mmap(
            -1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_EXEC
        ).close(),
    }
    architecture = find_architecture()
    if libc.is_linux() and architecture is not None:
        attempts |= {
            "read the parent's environment": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
            "trace a process": lambda: libc.syscall(
                architecture.number(PTRACE), _PTRACE_ATTACH, _NOBODY, 0, 0
            ),
            "set up io_uring": lambda: libc.syscall(IO_URING_SETUP, 0, 0),
        }
    return attempts


def _try(name: str, action: Callable[[], object]) -> Attempt:
    try:
        action()
    except OSError as error:
        code = error.errno or 0
        return Attempt(name=name, is_refused=code in _REFUSALS, errno=errno.errorcode.get(code, str(code)))
    return Attempt(name=name, is_refused=False, errno="")


def _act_as_root() -> None:
    if os.geteuid() != 0:
        raise PermissionError(errno.EPERM, "not root")


def _write_file() -> None:
    path = Path(f"/tmp/.images-render-probe-{os.getpid()}")  # noqa: S108 - made with O_EXCL, gone at once
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    path.unlink()


def _make_socket_pair() -> None:
    for end in socket.socketpair():
        end.close()


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
