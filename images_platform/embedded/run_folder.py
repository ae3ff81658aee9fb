"""RunFolder: a private short-named folder under /tmp for what lives as long as one run, above all sockets.

A unix socket's path may have 103 bytes (macOS; Linux takes 107), which a data folder in a deep place exceeds.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from images_platform.supervisor.identity import Identity

_PREFIX = "images-"
# Leaves room for the longest name below: "/postgres/.s.PGSQL.5432".
_MAX_PATH_BYTES = 78


def make_run_folder() -> Path:
    """Return a new folder; others may pass through but not list it, so that `nobody` reaches its own part."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    if len(bytes(folder)) > _MAX_PATH_BYTES:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir="/tmp"))
    folder.chmod(0o711)
    return folder


def make_private_folder(path: Path, owner: Identity | None = None) -> Path:
    """Make a folder only its owner may enter, or take the one that is there."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if owner is not None:
        owner.own(path)
    return path


def remove_run_folder(folder: Path) -> None:
    """Remove a run's folder with all its sockets; a path that is none of ours is left alone."""
    if folder.name.startswith(_PREFIX) and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)
