"""Uploading, by our script and by a plain form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts.models import Account, AuditEvent
from apps.images.models import Image
from tests.dashboard.conftest import jpeg

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]
JSON = {"Accept": "application/json"}


def picture(name: str = "photo.jpg", data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, jpeg() if data is None else data, content_type="image/jpeg")


@pytest.fixture
def path(orchard: Account) -> str:
    return f"/{orchard.public_id}/upload"


def test_it_works(olive_client: Client, path: str, orchard: Account) -> None:
    answer = olive_client.post(path, {"file": picture()}, headers=JSON)
    image = Image.objects.in_account(orchard).live().get()
    assert answer.json() == {"url": f"/{orchard.public_id}/images/{image.public_id}"}
    assert (image.filename, image.width, image.is_private) == ("photo.jpg", 60, False)


def test_a_plain_form_sends_several(olive_client: Client, path: str, orchard: Account) -> None:
    files = [picture("one.jpg"), picture("broken.jpg", b"no picture"), picture("two.jpg")]
    page = olive_client.post(path, {"file": files, "is_private": "on"}, follow=True)
    assert page.redirect_chain == [(f"/{orchard.public_id}/images", 302)]
    text = page.content.decode()
    assert "2 images uploaded." in text
    assert "broken.jpg: This is not a picture we can read." in text
    assert all(image.is_private for image in Image.objects.in_account(orchard))


def test_a_plain_form_without_a_file_is_told(olive_client: Client, path: str) -> None:
    assert "No file was chosen." in olive_client.post(path, follow=True).content.decode()
    assert olive_client.post(path, headers=JSON).json() == {"error": "No file arrived."}


def test_who_did_it_is_written_down(olive_client: Client, path: str, orchard: Account, olive: object) -> None:
    answer = olive_client.post(path, {"file": picture()}, headers=JSON)
    event = AuditEvent.objects.filter(account=orchard, action="image.uploaded").get()
    assert event.user == olive
    assert event.address == "127.0.0.1"
    assert event.request_id == answer["X-Request-Id"]


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"", 400, "The file is empty."),
        (b"<html><svg onload=alert(1)>", 415, "This is not a picture we can read."),
        (jpeg(600, 400)[:-400], 422, "The file cannot be read to its end."),
        (jpeg(12_001, 1), 413, "at most 12,000 are allowed"),
    ],
    ids=["empty", "not a picture", "truncated", "too wide"],
)
def test_a_bad_file_is_explained_and_leaves_nothing(
    data: bytes, status: int, words: str, olive_client: Client, path: str, stores: Path
) -> None:
    answer = olive_client.post(path, {"file": picture(data=data)}, headers=JSON)
    assert answer.status_code == status
    assert words in answer.json()["error"]
    assert not answer.json()["is_final"]
    assert not Image.objects.exists()
    assert [file for file in stores.rglob("*") if file.is_file()] == []


def test_a_file_above_the_accounts_limit(olive_client: Client, path: str, orchard: Account) -> None:
    Account.objects.filter(pk=orchard.pk).update(max_upload_bytes=100)
    answer = olive_client.post(path, {"file": picture()}, headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["error"].startswith("The file is too large")


def test_a_full_account_stops_the_rest(olive_client: Client, path: str, orchard: Account) -> None:
    Account.objects.filter(pk=orchard.pk).update(images_limit=1)
    page = olive_client.post(
        path, {"file": [picture("1.jpg"), picture("2.jpg"), picture("3.jpg")]}, follow=True
    )
    text = page.content.decode()
    assert "1 image uploaded." in text
    assert "2.jpg: The account may hold 1 images" in text
    assert "3.jpg" not in text
    assert olive_client.post(path, {"file": picture()}, headers=JSON).json()["is_final"]


def test_names_from_other_machines_are_shown_without_folders(
    olive_client: Client, path: str, orchard: Account
) -> None:
    olive_client.post(path, {"file": picture("..\\..\\evil\r\n.jpg")}, headers=JSON)
    assert "\\" not in Image.objects.in_account(orchard).get().filename


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_other_methods_are_refused(method: str, olive_client: Client, path: str) -> None:
    ask: Callable[[str], object] = getattr(olive_client, method)
    assert ask(path).status_code == 405
