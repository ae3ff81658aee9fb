"""Which format answers which Accept header, and what odd headers must not change."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apps.images.models import Image, Rendition
from apps.variants.models import Variant
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import CountingRenderer, draw_picture, link, upload

pytestmark = pytest.mark.django_db(transaction=True)

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
SAFARI_13 = "image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5"
TABLE = [
    (CHROME, "image/avif"),
    ("image/webp,*/*", "image/webp"),
    (SAFARI_13, "image/jpeg"),
    ("", "image/jpeg"),
    ("*/*", "image/jpeg"),
    ("image/*", "image/jpeg"),
    ("IMAGE/AVIF", "image/avif"),
    ("image/avif;q=0,image/webp", "image/webp"),
    ("image/avif;q=0.000", "image/jpeg"),
    ("image/avif-sequence", "image/jpeg"),
    ("x" * 8000, "image/jpeg"),
    ("\xff\xfe;;;,,,=", "image/jpeg"),
]


def test_it_works(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    for accept, content_type in TABLE:
        answer = delivery.get(link(photo), accept=accept)
        assert (answer.status, answer.headers["content-type"]) == (200, content_type), accept
        assert answer.headers["vary"] == "Accept"
    assert Rendition.objects.count() == 3  # however many ways there are to ask


def test_a_transparent_picture_stays_transparent(delivery: DeliveryClient, thumbnail: Variant) -> None:
    image = upload(thumbnail.account, draw_picture("PNG", mode="RGBA"))
    assert delivery.get(link(image)).headers["content-type"] == "image/png"
    assert delivery.get(link(image), accept=CHROME).headers["content-type"] == "image/avif"


def test_a_format_that_was_asked_for_does_not_vary(
    delivery: DeliveryClient, photo: Image, flexible: None
) -> None:
    answer = delivery.get(link(photo, "width=30,format=webp"), accept="")
    assert answer.headers["content-type"] == "image/webp"
    assert "vary" not in answer.headers


def test_odd_headers_change_nothing(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    delivery.get(link(photo))
    clean = delivery.get(link(photo)).lasting
    for headers in (
        {"host": "elsewhere.example"},
        {"x_forwarded_host": "elsewhere.example", "x_forwarded_proto": "gopher", "x_forwarded_prefix": "/x"},
        {"x_original_url": "/other", "x_rewrite_url": "/other"},
        {"x_http_method_override": "DELETE"},
        {"accept_encoding": "gzip, br, x" + "y" * 9000},
        {"cookie": "session=1", "authorization": "Bearer x"},
        {"origin": "https://elsewhere.example"},
        {"dpr": "3", "width": "9000", "sec_ch_dpr": "3"},
        {"range": "bytes=nonsense"},
    ):
        assert delivery.get(link(photo), **headers).lasting == clean, headers


def test_a_placeholder_is_kept_like_any_rendition(
    delivery: DeliveryClient, photo: Image, flexible: None, renderer: CountingRenderer
) -> None:
    first, second = (delivery.get(link(photo, "w=60,f=placeholder"), accept=CHROME) for _ in range(2))
    assert (first.status, first.headers["content-type"]) == (200, "application/json")
    assert json.loads(first.body).keys() == {"width", "height", "placeholder", "dominant_color"}
    assert (json.loads(first.body)["width"], json.loads(first.body)["height"]) == (60, 40)
    assert (second.body, renderer.asked) == (first.body, 1)
    assert "vary" not in first.headers


def test_a_cdn_that_keeps_one_copy_for_all_may_not_keep_what_was_negotiated(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, flexible: None, settings: Any
) -> None:
    settings.PURGE_BACKEND, settings.CLOUDFLARE_HEEDS_VARY = "cloudflare", False
    negotiated = delivery.get(link(photo), accept=CHROME).headers
    assert (negotiated["cdn-cache-control"], negotiated["vary"]) == ("no-store", "Accept")
    named = delivery.get(link(photo, "w=30,format=webp"), accept=CHROME).headers
    assert named["cdn-cache-control"] == "public, max-age=172800"
    assert named["cache-tag"] == f"a-{photo.account_id},i-{photo.pk}"
    assert "surrogate-key" not in named
