"""Replacing: a file changes from its old bytes to its new ones at once, or stays as it was."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_PREFIX, _SUFFIX = ".", ".images-render-new"


def write_file(path: Path, data: bytes) -> None:
    """Put a file in its place, whole; who reads it meanwhile sees the old one. Raises OSError."""
    _put(path, data, like=None)


def replace_file(path: Path, data: bytes, *, seen: os.stat_result) -> bool:
    """Replace a file but for its mode, owner and times; False when it is not any more what was `seen`.

    Raises OSError.
    """
    now = path.stat()
    if (now.st_ino, now.st_size, now.st_mtime_ns) != (seen.st_ino, seen.st_size, seen.st_mtime_ns):
        return False
    _put(path, data, like=seen)
    return True


def is_leftover(path: Path) -> bool:
    """Whether a file is one that a process wrote and had no time to put in its place."""
    return path.name.startswith(_PREFIX) and path.name.endswith(_SUFFIX)


def _put(path: Path, data: bytes, *, like: os.stat_result | None) -> None:
    new = path.with_name(f"{_PREFIX}{path.name[:100]}.{secrets.token_hex(4)}{_SUFFIX}")
    try:
        with new.open("xb") as file:
            file.write(data)
            if like is not None:
                _take_after(file.fileno(), like)
            file.flush()
            os.fsync(file.fileno())
        if like is not None:
            os.utime(new, ns=(like.st_atime_ns, like.st_mtime_ns))
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _take_after(descriptor: int, like: os.stat_result) -> None:
    if (like.st_uid, like.st_gid) != (os.geteuid(), os.getegid()):
        os.fchown(descriptor, like.st_uid, like.st_gid)
    os.fchmod(descriptor, like.st_mode & 0o7777)  # after chown, which takes the set-id bits away


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
