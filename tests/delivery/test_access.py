"""Who sees what: the access matrix of the wire contract, and whom a signed link belongs to."""

from __future__ import annotations

import time
from itertools import product
from typing import Any

import pytest

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.models import Image
from apps.images.services import set_access
from apps.signing.models import SigningKey
from apps.signing.secrets import encrypt_value
from apps.signing.services import create_signing_key, delete_signing_key, reveal_value, rotate_signing_key
from apps.signing.signature import sign
from apps.variants.models import Variant
from apps.variants.services import create_variant, set_delivery_policy
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import assert_refused, link, signed_link

pytestmark = pytest.mark.django_db(transaction=True)

SOON = 4_000_000_000


def test_it_works(delivery: DeliveryClient, secret_photo: Image, thumbnail: Variant, key: str) -> None:
    answer = delivery.get(signed_link(secret_photo, key))
    assert answer.status == 200
    assert answer.headers["cache-control"] == "private, max-age=172800"
    assert "surrogate-key" not in answer.headers
    refused = delivery.get(link(secret_photo))
    assert refused.status == 403
    assert refused.body == b"ERROR 9425: Image access denied: this image needs a signed link\n"
    assert refused.headers["cf-resized"] == "err=9425"


def test_the_matrix(
    delivery: DeliveryClient,
    photo: Image,
    secret_photo: Image,
    thumbnail: Variant,
    open_thumbnail: Variant,
    flexible: None,
    key: str,
) -> None:
    def expected(image: Image, segment: str, signature: str) -> int:
        if image is photo or segment == "open":
            return 200
        return 200 if segment == "thumbnail" and signature == "valid" else 403

    segments = ("thumbnail", "open", "width=30")
    for image, segment, signature in product((photo, secret_photo), segments, ("none", "wrong", "valid")):
        target = {
            "none": link(image, segment),
            "wrong": signed_link(image, "another key", segment),
            "valid": signed_link(image, key, segment),
        }[signature]
        answer = delivery.get(target)
        assert answer.status == expected(image, segment, signature), (image.is_private, segment, signature)
        assert answer.is_stored_by_nobody == (answer.status != 200)


def test_signed_options(delivery: DeliveryClient, orchard: Account, secret_photo: Image, key: str) -> None:
    """The whole link is signed, so nobody but a holder of the key chooses the options."""
    target = signed_link(secret_photo, key, "width=30")
    assert delivery.get(target).status == 403
    set_delivery_policy(account=orchard, has_signed_options=True, actor=SYSTEM)
    answer = delivery.get(target)
    assert (answer.status, answer.headers["cache-control"]) == (200, "private, max-age=172800")
    assert_refused(delivery.get(target.replace("width=30", "width=31")), "other options")
    assert_refused(delivery.get(link(secret_photo, "width=30")), "unsigned")


def test_the_order_of_parameters_is_signed_and_the_place_of_sig_is_not(
    delivery: DeliveryClient, secret_photo: Image, thumbnail: Variant, key: str
) -> None:
    signed_text = f"{link(secret_photo)}?a=1&exp={SOON}&b=%20+"
    sig = sign(signed_text, key)
    path, _, query = signed_text.partition("?")
    assert delivery.get(f"{signed_text}&sig={sig}").status == 200
    assert delivery.get(f"{path}?sig={sig}&{query}").status == 200
    assert_refused(delivery.get(f"{path}?exp={SOON}&a=1&b=%20+&sig={sig}"), "order")
    assert_refused(delivery.get(f"{path}?a=1&exp={SOON}&b=++&sig={sig}"), "spelling of a space")


def test_nothing_tells_a_stranger_more(
    delivery: DeliveryClient, secret_photo: Image, thumbnail: Variant, key: str
) -> None:
    etag = delivery.get(signed_link(secret_photo, key)).headers["etag"]
    plain = delivery.get(link(secret_photo)).lasting
    for answer in (
        delivery.get(link(secret_photo), if_none_match=etag),
        delivery.get(link(secret_photo), if_none_match="*"),
        delivery.get(link(secret_photo), range="bytes=0-0"),
        delivery.get(link(secret_photo), range="bytes=99999999-"),
        delivery.get(link(secret_photo), "HEAD", if_none_match=etag),
        delivery.get(link(secret_photo, "width=banana,format=jpg")),
        delivery.get(link(secret_photo, "no-such-variant")),
    ):
        assert (answer.status, answer.lasting.headers) == (403, plain.headers)
        assert answer.body in (plain.body, b"")


def test_every_live_key_opens_and_no_other(
    delivery: DeliveryClient,
    secret_photo: Image,
    thumbnail: Variant,
    orchard: Account,
    elsewhere: Account,
    key: str,
) -> None:
    second = reveal_value(create_signing_key(account=orchard, name="second", actor=SYSTEM))
    foreign = reveal_value(SigningKey.objects.in_account(elsewhere).get())
    assert delivery.get(signed_link(secret_photo, key)).status == 200
    assert delivery.get(signed_link(secret_photo, second)).status == 200
    assert_refused(delivery.get(signed_link(secret_photo, foreign)), "another account's key")
    rotated = reveal_value(rotate_signing_key(account=orchard, name="second", actor=SYSTEM))
    assert_refused(delivery.get(signed_link(secret_photo, second)), "a rotated key")
    assert delivery.get(signed_link(secret_photo, rotated)).status == 200
    delete_signing_key(account=orchard, name="second", actor=SYSTEM)
    assert_refused(delivery.get(signed_link(secret_photo, rotated)), "a deleted key")


def test_an_answer_lives_no_longer_than_its_link(
    delivery: DeliveryClient, secret_photo: Image, thumbnail: Variant, key: str
) -> None:
    answer = delivery.get(signed_link(secret_photo, key, expires_at=int(time.time()) + 100))
    scope, _, seconds = answer.headers["cache-control"].partition(", max-age=")
    assert scope == "private"
    assert 90 <= int(seconds) <= 100


def test_a_signed_link_to_a_public_image_is_nobody_elses(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, key: str
) -> None:
    assert delivery.get(signed_link(photo, key)).headers["cache-control"].startswith("private")
    assert delivery.get(f"{link(photo)}?utm_source=mail").headers["cache-control"].startswith("public")


def test_a_picture_made_private_is_gone_from_its_old_address(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, key: str
) -> None:
    etag = delivery.get(link(photo)).headers["etag"]
    changed, _ = set_access(image=photo, is_private=True, actor=SYSTEM)
    assert delivery.get(link(photo), if_none_match=etag).status == 404
    assert delivery.get(link(changed), if_none_match=etag).status == 403
    assert delivery.get(signed_link(changed, key)).status == 200


def test_links_that_lead_nowhere(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, orchard: Account
) -> None:
    table = [
        ("/", 404, 9431),
        (f"/{orchard.hash}", 404, 9431),
        (f"/{orchard.hash}/{photo.public_id}", 404, 9431),
        (f"/{orchard.hash}/{photo.public_id}/", 404, 9431),
        (f"/{orchard.hash}/absent/thumbnail", 404, 9431),
        (f"/{'x' * 22}/{photo.public_id}/thumbnail", 403, 9427),
        (link(photo, "absent"), 403, 9425),
        (link(photo, "w=10"), 403, 9429),
        (f"{link(photo)}%zz", 403, 9426),
        (f"/{orchard.hash}/a%00b/thumbnail", 403, 9426),
        (f"/{orchard.hash}/%ff/thumbnail", 403, 9426),
        (f"/{orchard.hash}/{'a' * 9000}/thumbnail", 414, 9432),
    ]
    for target, status, code in table:
        answer = delivery.get(target)
        assert (answer.status, answer.headers["cf-resized"]) == (status, f"err={code}"), target
        assert answer.body.startswith(f"ERROR {code}: ".encode()), target
        assert_refused(answer, target)


def test_bad_options_name_the_option(delivery: DeliveryClient, photo: Image, flexible: None) -> None:
    answer = delivery.get(link(photo, "width=10,format=jpg"))
    assert answer.status == 400
    assert answer.body.startswith(
        b"ERROR 9401: Missing or invalid resizing parameters: 'jpg' is not a supported output format."
    )


def test_links_signed_elsewhere(
    delivery: DeliveryClient, secret_photo: Image, orchard: Account, key: str, settings: Any
) -> None:
    """Cloudflare's documented link, and its signature under the documentation's key."""
    Account.objects.filter(pk=orchard.pk).update(hash="cheeW4oKsx5ljh8e8BoL2A")
    Image.objects.filter(pk=secret_photo.pk).update(public_id="bc27a117-9509-446b-8c69-c81bfeac0a01")
    value = encrypt_value("this is a secret", tuple(settings.FIELD_KEYS))
    SigningKey.objects.filter(account=orchard).update(encrypted_value=value)
    create_variant(account=orchard, name="mobile", options={"width": 30}, actor=SYSTEM)
    path = "/cheeW4oKsx5ljh8e8BoL2A/bc27a117-9509-446b-8c69-c81bfeac0a01/mobile"
    for_ever = "a539c6e9deb8371e82b93d454fdbc6ace9354db515f4897f43af37ba666b36b6"
    till_2021 = "77d3f91af4c1c9199a3dec74098b4be64485d3887164e936349023a4e7c4f4a1"
    assert delivery.get(f"{path}?sig={for_ever}").status == 200
    expired = delivery.get(f"{path}?exp=1631289275&sig={till_2021}")
    assert (expired.status, expired.body) == (
        403,
        b"ERROR 9425: Image access denied: the link has expired\n",
    )
