"""Start-up checks of this room: both stores are there and can be written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.files.storage import FileSystemStorage, InvalidStorageError, storages

from apps.images.storage import ORIGINALS, RENDITIONS


@register()
def check_stores(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for name in (ORIGINALS, RENDITIONS):
        try:
            store = storages[name]
        except InvalidStorageError as error:
            found.append(Error(f"The store {name!r} cannot be used: {error}", id="images.E001"))
            continue
        if isinstance(store, FileSystemStorage) and not _is_writable(Path(store.location)):
            found.append(
                Error(
                    f"The folder of the store {name!r} cannot be written: {store.location}",
                    hint="Make it writable for the user that runs the platform, or set DATA_DIR.",
                    id="images.E002",
                )
            )
    return found


def _is_writable(folder: Path) -> bool:
    """Whether files can be made there; a folder that does not exist yet is judged by its nearest parent."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK | os.X_OK)
