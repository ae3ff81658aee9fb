"""Signed links are minted by the server, and work at the delivery's door."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.decide import decide
from apps.images.errors import AccessDenied, LinkExpired
from apps.images.links import parse_link
from apps.images.lookup import look_up
from apps.images.models import Image
from apps.images.renderer import RENDER_LIMITS
from apps.signing.services import create_signing_key, delete_signing_key
from apps.variants.services import set_delivery_policy
from tests.api.answers import accepted, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def pear(orchard: Account) -> Image:
    """A private image; what its file holds is no matter here."""
    return Image.objects.create(
        account=orchard,
        public_id="0d1e2f30-1111-4222-8333-444455556601",
        is_private=True,
        uploaded_at=timezone.now(),
        format="jpeg",
        width=600,
        height=400,
    )


def mint(client: Client, images_path: str, image_id: str, **body: Any) -> Any:
    path = f"{images_path}/{quote(image_id, safe='')}/signed_url"
    return client.post(path, body, content_type="application/json", RAW_URI=path)


def is_opened_by(url: str, settings: Any, *, now: int | None = None) -> bool:
    """Whether a viewer who asks for this link sees the picture."""
    assert url.startswith(settings.DELIVERY_URL)
    parts = urlsplit(url.removeprefix(settings.DELIVERY_URL))
    link = parse_link(f"{parts.path}?{parts.query}".encode())
    try:
        facts = look_up(link, settings.FIELD_KEYS)
        at = now or int(time.time())
        decide(link, facts, accept="", now=at, limits=RENDER_LIMITS, finds_faces=True)
    except LinkExpired:
        return False
    return True


def test_it_works(olive_client: Client, images_path: str, pear: Image, settings: Any) -> None:
    result = accepted(mint(olive_client, images_path, pear.public_id, variant="public", expires_in=60))
    assert result["key"] == "default"
    expires_at = datetime.fromisoformat(result["expires_at"])
    assert abs(expires_at.timestamp() - time.time() - 60) < 10
    assert is_opened_by(result["url"], settings)
    assert not is_opened_by(result["url"], settings, now=int(time.time()) + 61)


def test_without_an_end(olive_client: Client, images_path: str, pear: Image, settings: Any) -> None:
    result = accepted(mint(olive_client, images_path, pear.public_id, variant="public"))
    assert result["expires_at"] is None
    assert is_opened_by(result["url"], settings, now=10**11)


def test_by_a_key_that_is_named(
    olive_client: Client, images_path: str, orchard: Account, pear: Image, settings: Any
) -> None:
    create_signing_key(account=orchard, name="second", actor=SYSTEM)
    result = accepted(mint(olive_client, images_path, pear.public_id, variant="public", key="second"))
    assert result["key"] == "second"
    assert is_opened_by(result["url"], settings)
    delete_signing_key(account=orchard, name="second", actor=SYSTEM)
    with pytest.raises(AccessDenied):
        is_opened_by(result["url"], settings)


@pytest.mark.parametrize("image_id", ["a/b c", "ü%", "x/signed_url", "signed_url"])
def test_ids_of_every_kind(
    olive_client: Client, images_path: str, orchard: Account, settings: Any, image_id: str
) -> None:
    Image.objects.create(
        account=orchard, public_id=image_id, uploaded_at=timezone.now(), format="png", width=9, height=9
    )
    result = accepted(mint(olive_client, images_path, image_id, variant="public", expires_in=60))
    assert is_opened_by(result["url"], settings)


def test_options(
    olive_client: Client, images_path: str, orchard: Account, pear: Image, settings: Any
) -> None:
    Image.objects.filter(pk=pear.pk).update(is_private=False)
    body = {"options": "w=300,background=rgb(1, 2, 3)"}
    assert "Flexible variants are not enabled" in refused(
        mint(olive_client, images_path, pear.public_id, **body), 400, 5400
    )
    set_delivery_policy(account=orchard, is_flexible=True, actor=SYSTEM)
    result = accepted(mint(olive_client, images_path, pear.public_id, **body))
    assert is_opened_by(result["url"], settings)
    refused(mint(olive_client, images_path, pear.public_id, options="w=99999"), 400, 5400)


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        ({"variant": "nowhere"}, 404, 5401, "doesn't have variant"),
        ({"variant": "public", "key": "third"}, 404, 5404, "third"),
        ({"variant": "public", "options": "w=1"}, 400, 5400, 'either a "variant" or "options"'),
        ({}, 400, 5400, 'either a "variant" or "options"'),
        ({"options": "public"}, 400, 5400, "look like width=400"),
        ({"variant": "width=9"}, 400, 5400, "look like width=400"),
        ({"variant": "public", "expires_in": 0}, 400, 5400, '"expires_in"'),
        ({"variant": "public", "expires_in": "soon"}, 400, 5400, '"expires_in"'),
        ({"variant": "public", "expires_in": 10**12}, 400, 5400, '"expires_in"'),
        ({"variant": ""}, 400, 5400, '"variant"'),
        ({"variant": "a\x1fb"}, 400, 5400, "control characters"),
        ({"options": f"w=1,{'x' * 9000}"}, 400, 5400, "at most"),
    ],
)
def test_refusals(
    olive_client: Client,
    images_path: str,
    pear: Image,
    body: dict[str, Any],
    status: int,
    code: int,
    words: str,
) -> None:
    assert words in refused(mint(olive_client, images_path, pear.public_id, **body), status, code)


def test_only_who_may_edit_mints(
    reader_client: Client, eve_client: Client, images_path: str, pear: Image
) -> None:
    for client in (reader_client, eve_client):
        refused(mint(client, images_path, pear.public_id, variant="public"), 403, 10000)


def test_an_image_that_is_not_there(olive_client: Client, images_path: str) -> None:
    refused(mint(olive_client, images_path, "nothing", variant="public"), 404, 5404)
