"""Landlock: this process, and what it starts, may open no file and no TCP connection any more.

Measured (Debian 12, kernel 6.18): JPEG, PNG, WebP, AVIF, GIF and TIFF, ICC and passed descriptors all work
with no readable path at all, provided everything is imported first. What Landlock leaves open (UDP, unix
sockets) is seccomp's part.

The numbers are from linux/landlock.h; the three system calls have one number on every architecture.
"""

from __future__ import annotations

import ctypes
import os

from apps.imaging.cage import libc

_CREATE_RULESET = 444
_RESTRICT_SELF = 446
_ASK_VERSION = 1

# File system rights by the ABI that brought them: a ruleset that names an unknown right is refused whole.
_FILE_RIGHTS_BY_ABI = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}
_NET_BIND_TCP_AND_CONNECT_TCP = 0x3
_SCOPE_ABSTRACT_UNIX_AND_SIGNAL = 0x3
_FIRST_ABI_WITH_NET = 4
_FIRST_ABI_WITH_SCOPES = 6


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


def find_abi() -> int:
    """Return the kernel's Landlock ABI; 0 where there is none."""
    if not libc.is_linux():
        return 0
    try:
        return libc.syscall(_CREATE_RULESET, 0, 0, _ASK_VERSION)
    except OSError:  # ENOSYS: not built in; EOPNOTSUPP: switched off at boot
        return 0


def deny_everything() -> int:
    """Give up every right that Landlock knows, with no exception; return the ABI (0: nothing was done).

    Needs PR_SET_NO_NEW_PRIVS. It binds the calling thread and its future children only, so the caller must
    still be single-threaded. Raises OSError when the kernel has Landlock but refuses.
    """
    abi = find_abi()
    if abi == 0:
        return 0
    attributes = _RulesetAttributes(
        handled_access_fs=_FILE_RIGHTS_BY_ABI[min(abi, max(_FILE_RIGHTS_BY_ABI))],
        handled_access_net=_NET_BIND_TCP_AND_CONNECT_TCP if abi >= _FIRST_ABI_WITH_NET else 0,
        scoped=_SCOPE_ABSTRACT_UNIX_AND_SIGNAL if abi >= _FIRST_ABI_WITH_SCOPES else 0,
    )
    # An old kernel accepts a longer structure as long as the part it does not know is zero.
    ruleset = libc.syscall(_CREATE_RULESET, libc.address_of(attributes), ctypes.sizeof(attributes), 0)
    try:
        libc.syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return abi
