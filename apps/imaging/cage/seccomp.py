"""seccomp: an allow-list of system calls, so that what nobody thought of is refused too.

Landlock leaves unix sockets, UDP, signals and io_uring open; here socket(2) does not exist for any family,
and neither do open, execve, fork, ptrace and the four hundred others. No new memory may become executable
either: a hijacked decoder cannot bring its own code. Written by hand because libseccomp has no wheel.
"""

from __future__ import annotations

import ctypes
import errno
import os

from apps.imaging.cage import bpf, libc
from apps.imaging.cage.syscalls import (
    ALLOWED,
    CLONE3,
    CONDITIONAL,
    NEWEST_KNOWN,
    SECCOMP,
    Architecture,
    find_architecture,
)

_SET_MODE_FILTER = 1
_FLAG_TSYNC = 1

_REFUSED = bpf.refuse(errno.EPERM)
_ABSENT = bpf.refuse(errno.ENOSYS)

_PROT_EXEC = 0x4
_CLONE_THREAD = 0x10000
_FIONBIO = 0x5421
_AT_EMPTY_PATH = 0x1000
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC; F_SETOWN would aim signals at other processes.
_FCNTL_COMMANDS = (0, 1, 2, 3, 4, 1030)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def install() -> bool:
    """Put the filter on every thread of this process, for good; return False on an unknown machine.

    Needs PR_SET_NO_NEW_PRIVS. Raises OSError when the kernel refuses the filter.
    """
    architecture = find_architecture()
    if not libc.is_linux() or architecture is None:
        return False
    code = bpf.assemble(write_filter(architecture, own_pid=os.getpid()))
    block = ctypes.create_string_buffer(code, len(code))
    program = _Program(length=len(code) // 8, instructions=ctypes.addressof(block))
    libc.syscall(architecture.number(SECCOMP), _SET_MODE_FILTER, _FLAG_TSYNC, libc.address_of(program))
    return True


def write_filter(architecture: Architecture, *, own_pid: int) -> list[bpf.Instruction]:
    """Return the filter for one architecture; `own_pid` is the only process that may be signalled."""
    conditions = {
        "mmap": bpf.if_argument_lacks(2, _PROT_EXEC, _REFUSED),
        "mprotect": bpf.if_argument_lacks(2, _PROT_EXEC, _REFUSED),
        "clone": bpf.if_argument_has(0, _CLONE_THREAD, _REFUSED),
        "tgkill": bpf.if_argument_among(0, [own_pid], _REFUSED),  # abort(3) signals itself
        "prctl": bpf.if_argument_among(0, [libc.PR_SET_NAME], _REFUSED),  # glib names its threads
        "prlimit64": bpf.if_argument_among(0, [0], _REFUSED),  # its own limits only
        "ioctl": bpf.if_argument_among(1, [_FIONBIO], _REFUSED),  # and never TIOCSTI
        "fcntl": bpf.if_argument_among(1, _FCNTL_COMMANDS, _REFUSED),
        "newfstatat": bpf.if_argument_among(3, [_AT_EMPTY_PATH], _REFUSED),  # glibc's fstat
    }
    program = bpf.demand_architecture(architecture.audit_number)
    for row in ALLOWED.values():
        if architecture.number(row) >= 0:
            program += bpf.on_call(architecture.number(row), bpf.give(bpf.ALLOW))
    for name, block in conditions.items():
        program += bpf.on_call(architecture.number(CONDITIONAL[name]), block)
    # glibc tries clone3 first, whose flags lie in memory a filter cannot read; ENOSYS makes it use clone.
    program += bpf.on_call(CLONE3, bpf.give(_ABSENT))
    program += bpf.on_calls_above(NEWEST_KNOWN, bpf.give(_ABSENT))
    return program + bpf.give(_REFUSED)
