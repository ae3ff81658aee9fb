"""A stored file on its way out: looked for before anything is promised, then sent whole or in part.

A server asked to send a file that is gone answers with a 404 of its own, without our headers, and the
application never learns; so every file is checked first.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import IO

from django.core.files.storage import FileSystemStorage, Storage

from apps.delivery.refusals import StoreAway
from apps.images.decide import StoredRendition
from apps.images.download import Download
from apps.images.storage import open_part

CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`length` bytes from `start` of a file in a store; `path` is None where the store is not a disk."""

    storage: Storage
    storage_key: str
    path: str | None
    start: int
    length: int
    is_whole: bool = True

    def part(self, start: int, length: int) -> StoredFile:
        return replace(self, start=start, length=length, is_whole=False)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield what is to be sent, read in threads; a file cut short meanwhile raises EOFError."""
        file = await asyncio.to_thread(self._open)
        try:
            for length in self._steps():
                yield _checked(await asyncio.to_thread(file.read, length), length)
        finally:
            file.close()

    def blocking_chunks(self) -> Iterator[bytes]:
        """Yield the same to a server of threads."""
        with self._open() as file:
            for length in self._steps():
                yield _checked(file.read(length), length)

    def _open(self) -> IO[bytes]:
        return open_part(self.storage, self.storage_key, self.start, self.length)

    def _steps(self) -> Iterator[int]:
        full, rest = divmod(self.length, CHUNK_BYTES)
        yield from [CHUNK_BYTES] * full
        if rest:
            yield rest


async def find_file(storage: Storage, rendition: StoredRendition | Download) -> StoredFile | None:
    """Return a stored file, or None when it is missing or of another size than its row says."""
    path = _local_path(storage, rendition.storage_key)
    if path is None:
        size_bytes = await asyncio.to_thread(_remote_size, storage, rendition.storage_key)
    else:
        size_bytes = _local_size(path)  # a local stat takes microseconds: no thread is worth it
    if size_bytes != rendition.size_bytes:
        return None
    return StoredFile(storage, rendition.storage_key, path, 0, rendition.size_bytes)


def _checked(chunk: bytes, length: int) -> bytes:
    if len(chunk) != length:
        raise EOFError("a stored file became shorter while it was being sent")
    return chunk


def _local_path(storage: Storage, storage_key: str) -> str | None:
    if not isinstance(storage, FileSystemStorage):
        return None
    # Not storage.path(), which sees to it that no key leads out of the folder: ours are no user's words.
    return f"{storage.location}{os.sep}{storage_key}"


def _local_size(path: str) -> int | None:
    try:
        status = os.stat(path)  # noqa: PTH116  # one system call, on the hot path
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _remote_size(storage: Storage, storage_key: str) -> int | None:
    try:
        return storage.size(storage_key)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreAway from error
