"""The C library's calls that Python does not offer, each raising OSError like Python's own."""

from __future__ import annotations

import ctypes
import os
import sys

_libc = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
PR_SET_NO_NEW_PRIVS = 38


def prctl(option: int, value: int = 0) -> int:
    """Return prctl(2)'s answer; Linux only."""
    return _checked(_libc.prctl(option, ctypes.c_ulong(value), *(ctypes.c_ulong(0),) * 3))


def syscall(number: int, *arguments: int | ctypes.c_void_p) -> int:
    """Return the answer of a raw system call; Linux only. Integers travel as machine words."""
    words = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *words))


def connect(descriptor: int) -> int:
    """Call connect(2) without an address."""
    return _checked(_libc.connect(descriptor, None, 0))


def bind(descriptor: int) -> int:
    """Call bind(2) without an address."""
    return _checked(_libc.bind(descriptor, None, 0))


def address_of(block: ctypes.Array[ctypes.c_char] | ctypes.Structure) -> ctypes.c_void_p:
    """Return a pointer to a block that must outlive the call."""
    return ctypes.cast(ctypes.byref(block), ctypes.c_void_p)


def _checked(answer: int) -> int:
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return answer


def is_linux() -> bool:
    """Say whether Linux' own calls exist here."""
    return sys.platform == "linux"
