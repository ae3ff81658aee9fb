"""The screen that explains a link."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.links import write_link
from apps.images.models import Image
from apps.variants.services import set_delivery_policy
from tests.dashboard.conftest import Upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(orchard: Account) -> str:
    return f"/{orchard.public_id}/explain"


def link(image: Image, segment: str = "public") -> str:
    return write_link(image.account.hash, image.public_id, segment)


def ask(client: Client, path: str, url: str, **query: str) -> str:
    answer = client.get(path, {"url": url, **query})
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_works(olive_client: Client, path: str, photo: Image) -> None:
    page = ask(olive_client, path, link(photo))
    assert "the image is public" in page
    assert "AVIF, as the viewer takes AVIF" in page
    assert "no rendition is stored under this key" in page
    assert "JPEG, as the viewer names neither" in ask(olive_client, path, link(photo), accept="*/*")


def test_an_example_is_offered(olive_client: Client, path: str, photo: Image) -> None:
    page = olive_client.get(path).content.decode()
    assert 'aria-current="page"' in page
    assert "a link to the newest image" in page


def test_a_fault_is_marked(olive_client: Client, path: str, photo: Image) -> None:
    page = ask(olive_client, path, link(photo, "") + "medium<b>")
    assert "<mark>medium&lt;b&gt;</mark>" in page
    assert "have variant with this name" in page


def test_a_viewer_sees_no_signature(
    olive_client: Client, max_client: Client, path: str, upload: Upload
) -> None:
    secret = upload(is_private=True)
    assert "Right with default" in ask(olive_client, path, link(secret))
    seen = ask(max_client, path, link(secret))
    assert "this image needs a signed link" in seen
    assert "Right with" not in seen


def test_anothers_link_tells_nothing(eve_client: Client, elsewhere: Account, photo: Image) -> None:
    page = ask(eve_client, f"/{elsewhere.public_id}/explain", link(photo))
    assert "Not a link of this account" in page
    assert "the image is public" not in page


def test_what_is_no_host_is_marked(olive_client: Client, path: str) -> None:
    page = ask(olive_client, path, "https://[x/a/b/c")
    assert "<mark>https://[x</mark>/a/b/c" in page
    assert "this is no host that could be asked" in page
    assert "Not a link of this account" not in page


def test_an_original_is_called_one(olive_client: Client, path: str, photo: Image) -> None:
    set_delivery_policy(account=photo.account, has_original_downloads=True, actor=SYSTEM)
    page = ask(olive_client, path, link(photo, "original"))
    assert "The original\n" in page
    assert "Refused" not in page


def test_nothing_pasted(olive_client: Client, path: str) -> None:
    assert "This field is required" in ask(olive_client, path, "")
