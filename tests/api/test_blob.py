"""The original comes back byte for byte, and no browser opens it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.models import Image
from apps.images.services import upload_image
from tests.api.answers import accepted, refused
from tests.images.conftest import jpeg

pytestmark = pytest.mark.django_db
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'


def keep(account: Account, data: bytes, **options: Any) -> Image:
    return upload_image(account=account, file=io.BytesIO(data), actor=SYSTEM, **options)


def read(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_it_works(olive_client: Client, orchard: Account, images_path: str, stores: Path) -> None:
    data = jpeg(300, 200)
    image = keep(orchard, data, filename="pear ü.jpg")
    response: Any = olive_client.get(f"{images_path}/{image.public_id}/blob", headers={"accept": "image/*"})
    assert (response.status_code, read(response)) == (200, data)
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Length"] == str(len(data))
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''pear%20%C3%BC.jpg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "no-store"
    assert response["ETag"] == f'"{bytes(image.sha256).hex()}"'


def test_a_drawing_is_as_it_was_sent(
    olive_client: Client, orchard: Account, images_path: str, stores: Path
) -> None:
    image = keep(orchard, DRAWING, filename="pear.html")
    response: Any = olive_client.get(f"{images_path}/{image.public_id}/blob")
    assert read(response) == DRAWING
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Disposition"].startswith("attachment")


def test_a_head_request_has_no_bytes(
    olive_client: Client, orchard: Account, images_path: str, stores: Path
) -> None:
    image = keep(orchard, jpeg())
    response: Any = olive_client.head(f"{images_path}/{image.public_id}/blob")
    assert (response.status_code, read(response)) == (200, b"")
    assert response["Content-Length"] == str(image.size_bytes)


@pytest.mark.parametrize(
    ("image_id", "written"),
    [
        ("a b/ü%", "a%20b%2F%C3%BC%25"),
        ("a/b", "a/b"),
        ("x/blob", "x%2Fblob"),
        ("blob", "blob"),
        ("keys", "%6Beys"),  # written plainly, the path is a signing key's
    ],
)
def test_odd_ids(
    olive_client: Client, orchard: Account, images_path: str, stores: Path, image_id: str, written: str
) -> None:
    data = jpeg(30, 20, "red")
    keep(orchard, data, image_id=image_id)
    keep(orchard, jpeg(30, 20, "blue"), image_id="x")
    response: Any = olive_client.get(images_path, RAW_URI=f"{images_path}/{written}/blob")
    assert read(response) == data


def test_no_image(olive_client: Client, images_path: str) -> None:
    refused(olive_client.get(f"{images_path}/pear/blob"), 404, 5404)


def test_a_file_that_is_gone(olive_client: Client, orchard: Account, images_path: str, stores: Path) -> None:
    image = keep(orchard, jpeg())
    (stores / "originals" / image.storage_key).unlink()
    assert refused(olive_client.get(f"{images_path}/{image.public_id}/blob"), 500, 5540) == "Storage error"


def test_stats(olive_client: Client, orchard: Account, images_path: str, stores: Path) -> None:
    keep(orchard, jpeg())
    orchard.refresh_from_db()
    stats = accepted(olive_client.get(f"{images_path}/stats"))
    assert stats == {"count": {"current": 1, "allowed": orchard.images_limit}}
