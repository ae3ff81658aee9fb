"""An upload is kept whole, or leaves nothing behind."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages

from apps.accounts.actor import SYSTEM
from apps.accounts.errors import QuotaExceeded
from apps.accounts.models import Account, AuditEvent
from apps.images.errors import (
    BadCreator,
    BadImageId,
    BadMetadata,
    EmptyUpload,
    ImageExists,
    ImagesError,
    PrivateCustomId,
    UploadTooLarge,
)
from apps.images.ids import is_generated
from apps.images.models import Image
from apps.images.services import delete_image, upload_image
from apps.images.services.files import REMOVE_FILE
from apps.imaging.errors import DamagedImage, ImagingError, LimitExceeded, NotAnImage
from apps.outbox.models import Job
from tests.images.conftest import jpeg
from tests.together import run_together

pytestmark = pytest.mark.django_db


def upload(account: Account, data: bytes, **fields: Any) -> Image:
    return upload_image(account=account, file=io.BytesIO(data), actor=SYSTEM, **fields)


def test_it_works(orchard: Account, stores: Path) -> None:
    data = jpeg(120, 80)
    image = upload(
        orchard, data, filename="C:\\photos\\pear\n.jpg", metadata={"kind": "pear"}, creator="olive"
    )
    image.refresh_from_db()
    assert is_generated(image.public_id)
    assert image.public_id.endswith("00")
    assert (image.format, image.width, image.height, image.frames) == ("jpeg", 120, 80, 1)
    assert image.size_bytes == len(data)
    assert bytes(image.sha256) == hashlib.sha256(data).digest()
    assert (image.filename, image.metadata, image.creator) == ("pear.jpg", {"kind": "pear"}, "olive")
    with storages["originals"].open(image.storage_key) as file:
        assert file.read() == data
    orchard.refresh_from_db()
    assert orchard.images_used == 1
    assert AuditEvent.objects.get(account=orchard, action="image.uploaded").object_id == image.public_id
    assert not Job.objects.filter(kind=REMOVE_FILE).exists()


def test_a_private_image_says_so_in_its_id(orchard: Account, stores: Path) -> None:
    assert upload(orchard, jpeg(), is_private=True).public_id.endswith("01")


def truncated() -> bytes:
    return jpeg(800, 600)[:-2000]


REFUSALS: list[tuple[bytes | Callable[[], bytes], dict[str, Any], type[Exception]]] = [
    (b"", {}, EmptyUpload),
    (b"<html>not an image</html>", {}, NotAnImage),
    (b"%PDF-1.7 bait", {}, ImagingError),
    (truncated, {}, DamagedImage),
    # A WebP header of 28 bytes that claims 16384 x 16384 pixels.
    (
        b"RIFF\x14\x00\x00\x00WEBPVP8L\x08\x00\x00\x00\x2f\xff\xff\xff\x0f\x00\x00\x00",
        {},
        LimitExceeded,
    ),
    (jpeg, {"image_id": "../x"}, BadImageId),
    (jpeg, {"image_id": "x", "is_private": True}, PrivateCustomId),
    (jpeg, {"metadata": {"long": "x" * 1024}}, BadMetadata),
    (jpeg, {"metadata": {"nul": "\x00"}}, BadMetadata),
    (jpeg, {"metadata": {"nan": float("nan")}}, BadMetadata),
    (jpeg, {"creator": "x" * 1025}, BadCreator),
    (jpeg, {"creator": "a\x00"}, BadCreator),
]


@pytest.mark.parametrize(("data", "fields", "refusal"), REFUSALS)
def test_a_refusal_leaves_nothing(
    orchard: Account,
    stored_files: Callable[[], list[Path]],
    data: bytes | Callable[[], bytes],
    fields: dict[str, Any],
    refusal: type[Exception],
) -> None:
    with pytest.raises(refusal):
        upload(orchard, data if isinstance(data, bytes) else data(), **fields)
    assert not Image.objects.exists()
    assert not Job.objects.exists()
    assert stored_files() == []
    orchard.refresh_from_db()
    assert orchard.images_used == 0


def test_one_byte_too_many_names_the_limit(orchard: Account, stores: Path) -> None:
    data = jpeg()
    orchard.max_upload_bytes = len(data)
    assert upload(orchard, data)
    orchard.max_upload_bytes = 1024**2
    with pytest.raises(UploadTooLarge, match="1 Mb"):
        upload(orchard, b"x" * (1024**2 + 1))


def test_the_quota_is_exact(orchard: Account, stored_files: Callable[[], list[Path]]) -> None:
    Account.objects.filter(pk=orchard.pk).update(images_limit=1)
    orchard.refresh_from_db()
    first = upload(orchard, jpeg())
    with pytest.raises(QuotaExceeded):
        upload(orchard, jpeg())
    assert len(stored_files()) == 1
    delete_image(image=first, actor=SYSTEM)
    assert upload(orchard, jpeg())


def test_an_id_is_taken_once_per_account(
    orchard: Account, elsewhere: Account, stored_files: Callable[[], list[Path]]
) -> None:
    first = upload(orchard, jpeg(), image_id="pears/one")
    with pytest.raises(ImageExists):
        upload(orchard, jpeg(), image_id="pears/one")
    assert upload(elsewhere, jpeg(), image_id="pears/one").account == elsewhere
    assert len(stored_files()) == 2
    delete_image(image=first, actor=SYSTEM)
    assert upload(orchard, jpeg(), image_id="pears/one").pk != first.pk


def test_every_refusal_can_be_shown() -> None:
    """A message is part of each error of this room."""
    for error in (EmptyUpload(), UploadTooLarge(10 * 1024**2), PrivateCustomId(), ImageExists("x")):
        assert isinstance(error, ImagesError)
        assert str(error)


@pytest.mark.parametrize("character", ["a", "é", "木", "🌳"])
def test_the_longest_id_of_any_script_is_kept(orchard: Account, stores: Path, character: str) -> None:
    """Unlike letters, so that nothing is compressed on the way into an index."""
    image_id = "".join(chr(ord(character) + number % 26) for number in range(1024))
    assert upload(orchard, jpeg(), image_id=image_id).public_id == image_id
    with pytest.raises(ImageExists):
        upload(orchard, jpeg(), image_id=image_id)


def test_words_that_only_look_dangerous_are_kept(orchard: Account, stores: Path) -> None:
    image = upload(orchard, jpeg(), metadata={"path": "C:\\u0000x"}, creator="Ol\u00a0ive")
    image.refresh_from_db()
    assert (image.metadata, image.creator) == ({"path": "C:\\u0000x"}, "Ol\u00a0ive")


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_with_one_id_one_is_kept(
    orchard: Account, stored_files: Callable[[], list[Path]]
) -> None:
    outcomes = run_together(*[lambda: upload(orchard, jpeg(), image_id="pear")] * 4)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Image"] + ["ImageExists"] * 3
    assert len(stored_files()) == 1
    assert not Job.objects.filter(kind=REMOVE_FILE).exists()
    orchard.refresh_from_db()
    assert orchard.images_used == 1
