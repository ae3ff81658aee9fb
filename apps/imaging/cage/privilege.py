"""Privilege: a worker started by root becomes nobody, since the kernel waives its checks for root."""

from __future__ import annotations

import os
from contextlib import suppress

# The overflow ids: what Linux itself calls nobody and nogroup.
_NOBODY = 65534


def give_up_root() -> None:
    """Become nobody for good, if this process is root; else do nothing.

    A container may have taken the right to change identity away: then root stays, and the probe says so.
    """
    if os.geteuid() != 0:
        return
    with suppress(OSError):
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
