"""The forms a hosted image's link may have, and what is none."""

from __future__ import annotations

import time

import pytest

from apps.images.models import Image
from apps.signing.signature import sign_url
from apps.variants.models import Variant
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import link, signed_link

pytestmark = pytest.mark.django_db(transaction=True)

PREFIX = "/cdn-cgi/imagedelivery"


def test_it_works(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    plain = delivery.get(link(photo))
    custom = delivery.get(PREFIX + link(photo), host="img.example.com")
    assert (custom.status, custom.body) == (200, plain.body)
    same = ("etag", "content-type", "surrogate-key", "cache-control", "vary")
    assert [custom.headers[name] for name in same] == [plain.headers[name] for name in same]


def test_options_work_below_the_prefix(delivery: DeliveryClient, photo: Image, flexible: None) -> None:
    assert delivery.get(PREFIX + link(photo, "w=30,f=json")).headers["content-type"] == "application/json"


def test_a_signature_may_be_made_with_the_prefix_or_without(
    delivery: DeliveryClient, secret_photo: Image, thumbnail: Variant, key: str
) -> None:
    soon = int(time.time()) + 60
    custom = sign_url(PREFIX + link(secret_photo), key, expires_at=soon)
    plain = signed_link(secret_photo, key, expires_at=soon)
    for target in (custom, PREFIX + plain, plain):
        answer = delivery.get(target)
        assert (answer.status, answer.headers["cache-control"][:8]) == (200, "private,"), target
    for target in (
        custom.removeprefix(PREFIX),  # what was signed with it is not valid without
        PREFIX + custom,
        PREFIX + link(secret_photo),
        custom.replace("/thumbnail", "/public"),
        custom.replace("/cdn-cgi", "/%63dn-cgi"),
        custom + "0",
    ):
        answer = delivery.get(target)
        assert 400 <= answer.status < 500, target
        assert answer.is_stored_by_nobody


@pytest.mark.parametrize(
    "target",
    [
        "{hash}/{id}",
        "{hash}/{id}/",
        "{hash}",
        "cdn-cgi/imagedelivery",
        "cdn-cgi/imagedelivery/",
        "cdn-cgi/imagedelivery/{hash}/{id}",
        "cdn-cgi/imagedelivery//{hash}/{id}/public",
        "cdn-cgi/imagedelivery/cdn-cgi/imagedelivery/{hash}/{id}/public",
        "cdn-cgi/trace",
        "cdn-cgi/mirage/{hash}/{id}/public",
        "favicon.ico",
    ],
)
def test_what_is_no_form_of_a_link(delivery: DeliveryClient, photo: Image, target: str) -> None:
    answer = delivery.get("/" + target.format(hash=photo.account.hash, id=photo.public_id))
    assert (answer.status, answer.headers["cf-resized"]) == (404, "err=9431"), target
    assert answer.is_stored_by_nobody
