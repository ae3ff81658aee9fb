"""Files on their way out, from a disk and from a store that is none."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage

from apps.delivery.files import CHUNK_BYTES, StoredFile, find_file
from apps.images.decide import StoredRendition
from apps.images.storage import DurableFileSystemStorage
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat

CONTENT = bytes(range(256)) * 3000  # more than two chunks


@pytest.fixture(params=["disk", "elsewhere"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    storage = DurableFileSystemStorage(location=tmp_path) if request.param == "disk" else InMemoryStorage()
    storage.save("key", ContentFile(CONTENT))
    return storage


def rendition(storage_key: str = "key", size_bytes: int = len(CONTENT)) -> StoredRendition:
    return StoredRendition(OutputFormat.JPEG, Generation.QUICK, storage_key, "d" * 64, size_bytes, "f" * 32)


def find(storage: Storage, wanted: StoredRendition) -> StoredFile | None:
    return asyncio.run(find_file(storage, wanted))


async def read(file: StoredFile) -> list[bytes]:
    return [chunk async for chunk in file.chunks()]


def test_it_works(storage: Storage) -> None:
    file = find(storage, rendition())
    assert file is not None
    chunks = asyncio.run(read(file))
    assert b"".join(chunks) == b"".join(file.blocking_chunks()) == CONTENT
    assert max(len(chunk) for chunk in chunks) == CHUNK_BYTES
    assert (file.path is None) == isinstance(storage, InMemoryStorage)


def test_a_part(storage: Storage) -> None:
    file = find(storage, rendition())
    assert file is not None
    part = file.part(1000, 300_000)
    assert b"".join(asyncio.run(read(part))) == CONTENT[1000:301_000]
    assert not part.is_whole


def test_what_is_not_as_its_row_says_is_not_there(storage: Storage) -> None:
    assert find(storage, rendition("absent")) is None
    assert find(storage, rendition(size_bytes=len(CONTENT) + 1)) is None


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir()
    size_bytes = (tmp_path / "key").stat().st_size
    assert find(DurableFileSystemStorage(location=tmp_path), rendition(size_bytes=size_bytes)) is None


def test_a_file_cut_while_it_is_sent_ends_the_answer(tmp_path: Path) -> None:
    storage = DurableFileSystemStorage(location=tmp_path)
    storage.save("key", ContentFile(CONTENT))
    file = find(storage, rendition())
    assert file is not None
    (tmp_path / "key").write_bytes(CONTENT[:-1])
    with pytest.raises(EOFError):
        asyncio.run(read(file))
    with pytest.raises(EOFError):
        list(file.blocking_chunks())
