"""Where files lie: keys no user string is part of, and a local store that survives power cuts.

Keys are never rewritten: new bytes, new key. In a bucket (STORAGE=s3) files lie as bucket.py has them.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import IO, Protocol, runtime_checkable

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.deconstruct import deconstructible

ORIGINALS = "originals"
RENDITIONS = "renditions"


def originals() -> Storage:
    return storages[ORIGINALS]


def renditions() -> Storage:
    return storages[RENDITIONS]


def make_original_key(account_pk: int) -> str:
    """Return a fresh key below the account's folder; two random digits keep folders small."""
    name = uuid.uuid4().hex
    return f"{account_pk}/{name[:2]}/{name}"


def make_rendition_key(account_pk: int, image_pk: int) -> str:
    """Return a fresh key below the image's folder, so that an image's files can be found by eye."""
    return f"{account_pk}/{image_pk % 256:02x}/{image_pk}/{uuid.uuid4().hex}"


@runtime_checkable
class HasParts(Protocol):
    """A store that can begin in the middle of a file by itself."""

    def open_part(self, name: str, start: int, length: int) -> IO[bytes]: ...


def open_part(storage: Storage, storage_key: str, start: int, length: int) -> IO[bytes]:
    """Return a file from which at least `length` bytes can be read from `start` on; raises OSError."""
    if isinstance(storage, HasParts):
        return storage.open_part(storage_key, start, length)
    file: IO[bytes] = storage.open(storage_key, "rb")
    file.seek(start)
    return file


@deconstructible(path="apps.images.storage.DurableFileSystemStorage")
class DurableFileSystemStorage(FileSystemStorage):
    """A file at its final path is whole and on disk: written aside, synced, then renamed.

    Folders are synced too, else a power cut may forget the name of a synced file (threat test F12).
    """

    def _save(self, name: str, content: File[bytes]) -> str:
        final = Path(self.path(name))
        final.parent.mkdir(parents=True, exist_ok=True)
        partial = _partial(final)
        try:
            with partial.open("xb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(final)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        self._sync_folders(final.parent)
        return name

    def delete(self, name: str) -> None:
        """Remove the file, and what a process killed in the middle of writing it has left."""
        _partial(Path(self.path(name))).unlink(missing_ok=True)
        super().delete(name)

    def _sync_folders(self, folder: Path) -> None:
        root = Path(self.location)
        while True:
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if folder == root or root not in folder.parents:
                return
            folder = folder.parent


def _partial(final: Path) -> Path:
    return final.with_name(f".{final.name}.partial")
