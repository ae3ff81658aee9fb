"""The API explains an account's links, and nobody else's."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.links import write_link
from apps.images.models import Image
from apps.images.services import upload_image
from tests.api.answers import accepted, refused
from tests.images.conftest import jpeg

pytestmark = pytest.mark.django_db


def ask(client: Client, images_path: str, url: str, **query: Any) -> Any:
    return client.get(f"{images_path}/explain", {"url": url, **query})


def test_it_works(olive_client: Client, images_path: str, photo: Image) -> None:
    link = write_link(photo.account.hash, photo.public_id, "public")
    told = accepted(ask(olive_client, images_path, f"https://img.example.com{link}", accept="image/webp"))
    assert told["reply"]["status"] == 200
    assert told["reply"]["headers"]["content-type"] == "image/webp"
    assert told["outcome"]["key"]["generation"] == "quick"
    assert told["fault"] is None


def test_headers_are_the_viewers(olive_client: Client, images_path: str, photo: Image) -> None:
    link = write_link(photo.account.hash, photo.public_id, "public")
    headers = ["Accept: image/avif", "If-None-Match: *"]
    told = accepted(ask(olive_client, images_path, link, header=headers))
    assert told["outcome"]["format"] == "avif"


def test_only_who_may_sign_sees_signatures(
    olive_client: Client, reader_client: Client, images_path: str, orchard: Account, stores: Path
) -> None:
    pear = upload_image(account=orchard, file=io.BytesIO(jpeg()), is_private=True, actor=SYSTEM)
    link = write_link(orchard.hash, pear.public_id, "public")
    right = {
        name: accepted(ask(client, images_path, link))["access"]["right_signatures"]
        for name, client in {"olive": olive_client, "reader": reader_client}.items()
    }
    assert [each["key"] for each in right["olive"]] == ["default"]
    assert right["reader"] == []


def test_a_link_of_another_account_tells_nothing(
    eve_client: Client, elsewhere: Account, orchard: Account, photo: Image
) -> None:
    path = f"/client/v4/accounts/{elsewhere.public_id}/images/v1"
    told = accepted(ask(eve_client, path, write_link(orchard.hash, photo.public_id, "public")))
    assert (told["reply"], told["access"], told["outcome"]) == (None, None, None)


def test_what_is_no_host_is_a_fault(olive_client: Client, images_path: str) -> None:
    told = accepted(ask(olive_client, images_path, "https://[x"))
    assert told["fault"] == {"sentence": "this is no host that could be asked", "position": 0, "length": 10}


@pytest.mark.parametrize(
    ("query", "words"), [({}, '"url"'), ({"url": "/a", "header": "no header"}, '"header')]
)
def test_refusals(olive_client: Client, images_path: str, query: dict[str, str], words: str) -> None:
    assert words in refused(olive_client.get(f"{images_path}/explain", query), 400, 5400)
