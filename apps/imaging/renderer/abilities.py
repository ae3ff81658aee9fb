"""Abilities: what not every renderer can do, noted beside its socket for who has to know before asking.

The face detector is an optional extra of the renderer's own environment, and what it is asked for is another
picture with it than without: under another key, and with a warning. A file tells without a question to a
worker, who may be busy; whoever decides about stored pictures must not wait for one. It stays when the
renderer stops: what it made with its detector is still to be found.
"""

from __future__ import annotations

import os
from pathlib import Path

_NOTE = ".faces"


def note_abilities(socket_path: Path, *, finds_faces: bool) -> None:
    """Leave word about the renderer that has begun to listen there. Raises OSError."""
    note = _find_note(socket_path)
    if finds_faces:
        note.touch()
    else:
        note.unlink(missing_ok=True)


def finds_faces(socket_path: Path | str) -> bool:
    """Whether the renderer that listens there, or did last, has a face detector; takes microseconds."""
    return os.path.exists(f"{socket_path}{_NOTE}")  # noqa: PTH110  # for each request, and a Path takes longer


def _find_note(socket_path: Path) -> Path:
    return socket_path.with_name(f"{socket_path.name}{_NOTE}")
