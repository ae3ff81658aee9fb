"""The system calls a worker still needs once it is locked, with their numbers on each architecture.

The list was found by running every format through a locked worker under strace; what is not in it is
refused. Numbers: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h. -1: the
architecture has none.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass

# name: (x86-64, arm64)
ALLOWED = {
    # reading and answering: descriptors that are already open
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "lseek": (8, 62),
    "close": (3, 57),
    "fstat": (5, 80),
    "dup": (32, 23),
    "accept": (43, 202),
    "accept4": (288, 242),
    "recvfrom": (45, 207),
    "recvmsg": (47, 212),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "shutdown": (48, 210),
    "getsockname": (51, 204),
    "getpeername": (52, 205),
    "getsockopt": (55, 209),
    "setsockopt": (54, 208),
    "poll": (7, -1),
    "ppoll": (271, 73),
    "select": (23, -1),
    "pselect6": (270, 72),
    # memory
    "munmap": (11, 215),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    # threads and time
    "futex": (202, 98),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getcpu": (309, 168),
    "set_robust_list": (273, 99),
    "set_tid_address": (218, 96),
    "rseq": (334, 293),
    "membarrier": (324, 283),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "times": (100, 153),
    "restart_syscall": (219, 128),
    # signals to itself, its own end
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "exit": (60, 93),
    "exit_group": (231, 94),
    # who and where am I
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getrusage": (98, 165),
    "getrlimit": (97, 163),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    "getrandom": (318, 278),
}

# Allowed only with certain arguments: see seccomp.py.
CONDITIONAL = {
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "clone": (56, 220),
    "tgkill": (234, 131),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    "ioctl": (16, 29),
    "fcntl": (72, 25),
    "newfstatat": (262, 79),
}

CLONE3 = 435
PTRACE = (101, 117)
SECCOMP = (317, 277)
IO_URING_SETUP = 425
# Calls younger than these lists (futex_waitv, Linux 5.16) answer "not there", so that a newer C library falls
# back to what it did before instead of taking EPERM for a failure.
NEWEST_KNOWN = 449


@dataclass(frozen=True, slots=True)
class Architecture:
    """One machine's system call numbers."""

    audit_number: int
    column: int

    def number(self, row: tuple[int, int]) -> int:
        """Return a row's number on this machine."""
        return row[self.column]


_ARCHITECTURES = {
    "x86_64": Architecture(audit_number=0xC000003E, column=0),
    "aarch64": Architecture(audit_number=0xC00000B7, column=1),
}


def find_architecture() -> Architecture | None:
    """Return this machine's numbers; None on a machine whose numbers we do not know."""
    return _ARCHITECTURES.get(platform.machine())
