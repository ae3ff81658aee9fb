"""Identity: the user a program runs as when it must not run as root."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict


class SubprocessIdentity(TypedDict, total=False):
    """The keyword arguments `subprocess` takes for it."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Identity:
    """A user id with its group."""

    user: int
    group: int

    def own(self, path: Path) -> None:
        os.chown(path, self.user, self.group)


def find_unprivileged() -> Identity | None:
    """Return `nobody` when we are root, None when we are an ordinary user already."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Identity(user=entry.pw_uid, group=entry.pw_gid)


def write_subprocess_arguments(identity: Identity | None) -> SubprocessIdentity:
    if identity is None:
        return {}
    return {"user": identity.user, "group": identity.group, "extra_groups": []}
