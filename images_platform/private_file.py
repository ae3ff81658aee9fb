"""Private files: readable by their owner only, and there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from images_platform.supervisor.identity import Identity


def write_private(path: Path, text: str, owner: Identity | None = None) -> None:
    """Write a file of mode 0600, on disk when this returns; `owner` None is ourselves."""
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if owner is not None:
        owner.own(partial)
    partial.replace(path)
