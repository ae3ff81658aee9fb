"""An account's fallback: shown where an image is missing, and missing all the same."""

from __future__ import annotations

import io

import pytest
from PIL import Image as Picture

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.models import Image
from apps.images.services import delete_image, set_access
from apps.variants.models import Variant
from apps.variants.services import set_delivery_policy
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import link, signed_link, upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def blank(photo: Image) -> Image:
    """Orchard's fallback."""
    set_delivery_policy(account=photo.account, fallback_image=photo.public_id, actor=SYSTEM)
    return photo


def missing(account: Account, segment: str = "thumbnail") -> str:
    return f"/{account.hash}/none/{segment}"


def test_it_works(delivery: DeliveryClient, blank: Image, thumbnail: Variant) -> None:
    found = delivery.get(missing(blank.account), accept="image/webp", range="bytes=0-1", if_none_match="*")
    assert (found.status, found.headers["cf-resized"]) == (404, "err=9431")
    assert Picture.open(io.BytesIO(found.body)).size == (40, 27)
    assert (found.headers["content-type"], found.is_stored_by_nobody) == ("image/webp", True)
    assert {"etag", "surrogate-key", "accept-ranges"}.isdisjoint(found.headers)
    assert found.body == delivery.get(link(blank), accept="image/webp").body
    head = delivery.get(missing(blank.account), "HEAD", accept="image/webp")
    assert (head.status, head.body) == (404, b"")


def test_without_one_there_are_words(delivery: DeliveryClient, orchard: Account, thumbnail: Variant) -> None:
    found = delivery.get(missing(orchard))
    assert (found.status, found.headers["content-type"][:10]) == (404, "text/plain")


def test_what_is_there_next_moment_is_seen(
    delivery: DeliveryClient, blank: Image, thumbnail: Variant, orchard: Account
) -> None:
    assert delivery.get(missing(orchard)).status == 404
    upload(orchard, image_id="none")
    assert delivery.get(missing(orchard)).status == 200


@pytest.mark.parametrize("segment", ["nosuchvariant", "w=30", "w=99999", "original"])
def test_it_obeys_the_rules_of_links(
    delivery: DeliveryClient, blank: Image, orchard: Account, segment: str
) -> None:
    set_delivery_policy(account=orchard, has_original_downloads=True, actor=SYSTEM)
    found = delivery.get(missing(orchard, segment))
    assert (found.status, found.headers["content-type"][:10]) == (404, "text/plain")


def test_options_are_followed_where_they_are_allowed(
    delivery: DeliveryClient, blank: Image, orchard: Account, flexible: None
) -> None:
    found = delivery.get(missing(orchard, "w=30"))
    assert (found.status, Picture.open(io.BytesIO(found.body)).size) == (404, (30, 20))


def test_one_that_is_gone_or_private_is_not_shown(
    delivery: DeliveryClient, blank: Image, thumbnail: Variant, key: str
) -> None:
    account = blank.account
    set_access(image=blank, is_private=True, actor=SYSTEM)
    blank.refresh_from_db()
    set_delivery_policy(account=account, fallback_image=blank.public_id, actor=SYSTEM)
    assert delivery.get(missing(account)).headers["content-type"][:10] == "text/plain"
    delete_image(image=blank, actor=SYSTEM)
    assert delivery.get(missing(account)).headers["content-type"][:10] == "text/plain"


def test_it_stands_in_for_nothing_that_is_forbidden(
    delivery: DeliveryClient, blank: Image, secret_photo: Image, thumbnail: Variant, key: str
) -> None:
    assert delivery.get(link(secret_photo)).status == 403
    assert delivery.get(signed_link(secret_photo, key)).status == 200
    delete_image(image=secret_photo, actor=SYSTEM)
    gone = delivery.get(signed_link(secret_photo, key))
    assert (gone.status, gone.headers["content-type"][:6], gone.is_stored_by_nobody) == (404, "image/", True)
