"""One image's page: links, deleting, and who may see it."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, AuditEvent
from apps.dashboard.links import LinkWriter
from apps.images.links import parse_link
from apps.images.models import Image
from apps.signing.models import SigningKey
from apps.signing.services import reveal_value
from apps.signing.signature import verify
from apps.variants.services import create_variant
from tests.dashboard.conftest import Upload

pytestmark = pytest.mark.django_db


def path(image: Image, verb: str = "images") -> str:
    return f"/{image.account.public_id}/{verb}/{image.public_id}"


def links(page: str) -> list[str]:
    return [html.unescape(value) for value in re.findall(r'value="(http[^"]*)"', page)]


def is_signed_well(link: str, account: Account) -> bool:
    target = link.removeprefix("http://127.0.0.1:8001").encode()
    part = parse_link(target).signature
    keys = [reveal_value(key) for key in SigningKey.objects.in_account(account)]
    return part.sig is not None and verify(part.signed_text, part.sig, keys)


def test_it_works(olive_client: Client, photo: Image, orchard: Account) -> None:
    create_variant(account=orchard, name="square", options={"width": 100, "height": 100}, actor=SYSTEM)
    page = olive_client.get(path(photo)).content.decode()
    assert "photo.jpg" in page
    assert "60 × 40" in page
    base = f"http://127.0.0.1:8001/{orchard.hash}/{photo.public_id}"
    assert links(page) == [f"{base}/public", f"{base}/square"]


def test_links_of_a_private_image_are_signed_and_expire(
    olive_client: Client, upload: Upload, orchard: Account
) -> None:
    image = upload(is_private=True)
    before = int(timezone.now().timestamp())
    for lifetime, seconds in {"3600": 3600, "604800": 604_800, "nonsense": 86_400}.items():
        (link,) = links(olive_client.get(path(image), {"lifetime": lifetime}).content.decode())
        assert is_signed_well(link, orchard)
        expires_at = parse_link(link.removeprefix("http://127.0.0.1:8001").encode()).signature.expires_at
        assert expires_at is not None
        assert 0 <= expires_at - before - seconds < 30
    (link,) = links(olive_client.get(path(image), {"lifetime": "0"}).content.decode())
    assert "exp=" not in link
    assert is_signed_well(link, orchard)


def test_a_public_variant_of_a_private_image_needs_no_signature(
    olive_client: Client, upload: Upload, orchard: Account
) -> None:
    create_variant(account=orchard, name="blurred", options={"blur": 50}, is_public=True, actor=SYSTEM)
    page = olive_client.get(path(upload(is_private=True))).content.decode()
    blurred, public = links(page)
    assert blurred.endswith("/blurred")
    assert "sig=" in public
    assert "Always public" in page


def test_previews_are_the_same_for_a_while(upload: Upload, orchard: Account) -> None:
    """A browser's cache serves them, and none lives longer than half an hour."""
    image = upload(is_private=True)
    start = int(datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp())
    seen = [LinkWriter(orchard, now=start + seconds).thumbnail(image) for seconds in (0, 899, 900)]
    assert seen[0] == seen[1] != seen[2]
    assert f"exp={start + 1800}" in seen[0]


def test_htmx_gets_the_links_alone(olive_client: Client, upload: Upload) -> None:
    part = olive_client.get(path(upload(is_private=True)), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert len(links(part)) == 1


@pytest.mark.parametrize("image_id", ["shop/hat", "a b?c#d", "100%", "Zürich", "images/upload"])
def test_ids_of_ones_own_have_pages(
    image_id: str, olive_client: Client, orchard: Account, upload: Upload
) -> None:
    upload(image_id=image_id)
    grid = olive_client.get(f"/{orchard.public_id}/images").content.decode()
    address = re.search(r'class="tile-name clip"\s+href="([^"]*)"', grid)
    assert address is not None
    page = olive_client.get(html.unescape(address[1]))
    assert page.status_code == 200
    assert html.escape(image_id) in page.content.decode()
    assert "image-access" not in page.content.decode()


def test_an_unknown_id_is_not_found(olive_client: Client, photo: Image) -> None:
    assert olive_client.get(path(photo) + "x").status_code == 404


def test_deleting_asks_first_and_then_does(olive_client: Client, photo: Image, orchard: Account) -> None:
    question = olive_client.get(path(photo, "delete-image")).content.decode()
    assert "Every link to it stops working" in question
    assert Image.objects.live().exists()
    page = olive_client.post(path(photo, "delete-image"), follow=True)
    assert page.redirect_chain == [(f"/{orchard.public_id}/images", 302)]
    assert "photo.jpg is deleted." in page.content.decode()
    assert not Image.objects.live().exists()
    assert AuditEvent.objects.get(action="image.deleted").user is not None
    assert olive_client.post(path(photo, "delete-image")).status_code == 404


def test_making_private_and_public_again(olive_client: Client, photo: Image) -> None:
    assert "Only signed links will open it" in olive_client.get(path(photo, "image-access")).content.decode()
    page = olive_client.post(path(photo, "image-access"), {"is_private": "true"}, follow=True)
    assert "The image is now private" in page.content.decode()
    image = Image.objects.get()
    assert image.is_private
    assert page.redirect_chain == [(path(image), 302)]
    olive_client.post(path(image, "image-access"), {"is_private": "false"})
    image.refresh_from_db()
    assert not image.is_private


def test_an_image_with_an_id_of_its_own_stays_public(olive_client: Client, upload: Upload) -> None:
    image = upload(image_id="hat")
    page = olive_client.post(path(image, "image-access"), {"is_private": "true"}, follow=True)
    assert "cannot be set to private" in page.content.decode()
    image.refresh_from_db()
    assert not image.is_private


@pytest.mark.parametrize("verb", ["images", "delete-image"])
def test_a_warning_that_variants_draw_it(
    verb: str, olive_client: Client, photo: Image, upload: Upload, orchard: Account
) -> None:
    other = upload()
    for name in ("marked", "sealed"):
        options = {"width": 9, "draw": [{"image": photo.public_id}]}
        create_variant(account=orchard, name=name, options=options, actor=SYSTEM)
    assert "Drawn by marked, sealed: links" in olive_client.get(path(photo, verb)).content.decode()
    assert "Drawn by" not in olive_client.get(path(photo, "image-access")).content.decode(), "they follow"
    assert "Drawn by" not in olive_client.get(path(other, verb)).content.decode()
