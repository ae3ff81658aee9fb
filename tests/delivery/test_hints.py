"""What a browser tells of its screen and its connection, read from its headers and obeyed where asked for."""

from __future__ import annotations

import io

import pytest
from PIL import Image as Picture

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.models import Image, Rendition
from apps.images.services.deletion import retire_stale_renditions
from apps.variants.models import Variant
from apps.variants.services import create_variant
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import CountingRenderer, draw_picture, link, upload

pytestmark = pytest.mark.django_db(transaction=True)

SCREEN = "Sec-CH-Viewport-Width, Sec-CH-DPR, Sec-CH-UA-Mobile"
CONNECTION = "RTT, Save-Data, ECT, Downlink"
PHONE = "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"


@pytest.fixture
def photo(transactional_db: None, orchard: Account, stores: object) -> Image:
    return upload(orchard, draw_picture(size=(1000, 10)))


@pytest.fixture
def responsive(transactional_db: None, orchard: Account) -> Variant:
    """Breakpoints at 100, 300 and 900, and on a slow connection another quality."""
    options = {
        "width": "auto",
        "wbreakpoints": "100;300;900",
        "wmobile": 300,
        "wdesktop": 900,
        "slow-connection-quality": 5,
    }
    return create_variant(account=orchard, name="responsive", options=options, actor=SYSTEM)


def width(body: bytes) -> int:
    with Picture.open(io.BytesIO(body)) as picture:
        return picture.width


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 900),
        ({"user_agent": DESKTOP}, 900),
        ({"user_agent": PHONE}, 300),
        ({"user_agent": PHONE, "sec_ch_ua_mobile": "?0"}, 900),
        ({"user_agent": DESKTOP, "sec_ch_ua_mobile": "?1"}, 300),
        ({"user_agent": PHONE, "sec_ch_viewport_width": "80"}, 100),
        ({"sec_ch_viewport_width": "100", "sec_ch_dpr": "1"}, 100),
        ({"sec_ch_viewport_width": "100", "sec_ch_dpr": "2.625"}, 300),
        ({"sec_ch_viewport_width": "5000", "sec_ch_dpr": "3"}, 900),
        ({"sec_ch_dpr": "3"}, 900),
        ({"viewport_width": "80", "dpr": "3"}, 900),
    ],
)
def test_it_works(
    delivery: DeliveryClient, photo: Image, responsive: Variant, headers: dict[str, str], expected: int
) -> None:
    answer = delivery.get(link(photo, "responsive"), **headers)
    assert (answer.status, width(answer.body)) == (200, expected)


def test_a_slow_connection_gets_less(
    delivery: DeliveryClient, photo: Image, responsive: Variant, renderer: CountingRenderer
) -> None:
    usual = delivery.get(link(photo, "responsive"), rtt="150", ect="4g", downlink="5", save_data="off")
    slow = [
        delivery.get(link(photo, "responsive"), **headers)
        for headers in ({"save_data": "on"}, {"rtt": "151"}, {"ect": "3g"}, {"downlink": "4.9"})
    ]
    assert {answer.body for answer in slow} == {slow[0].body}
    assert len(slow[0].body) < len(usual.body)
    assert renderer.asked == 2


def test_nobody_else_may_keep_it(delivery: DeliveryClient, photo: Image, responsive: Variant) -> None:
    for headers in ({}, {"if_none_match": "*"}):
        told = delivery.get(link(photo, "responsive"), **headers).headers
        assert told["cache-control"] == "private, max-age=172800"
        assert told["vary"] == f"Accept, {SCREEN}, User-Agent, {CONNECTION}"
        assert told["accept-ch"] == f"{SCREEN}, {CONNECTION}"
        assert "surrogate-key" not in told


def test_each_topic_has_its_headers(delivery: DeliveryClient, photo: Image, flexible: None) -> None:
    screen = delivery.get(link(photo, "w=auto,f=webp")).headers
    assert (screen["vary"], screen["accept-ch"]) == (f"{SCREEN}, User-Agent", SCREEN)
    connection = delivery.get(link(photo, "w=99,scq=30,f=webp")).headers
    assert (connection["vary"], connection["accept-ch"]) == (CONNECTION, CONNECTION)
    neither = delivery.get(link(photo, "w=99,f=webp"), sec_ch_viewport_width="10", save_data="on").headers
    assert "vary" not in neither
    assert "accept-ch" not in neither


def test_equal_results_are_one_rendition(
    delivery: DeliveryClient, photo: Image, responsive: Variant, flexible: None, renderer: CountingRenderer
) -> None:
    first = delivery.get(link(photo, "responsive"), sec_ch_viewport_width="290")
    for segment, headers in (
        ("responsive", {"sec_ch_viewport_width": "150", "sec_ch_dpr": "1.5"}),
        ("responsive", {"user_agent": PHONE}),
        ("w=auto,wmobile=300", {"user_agent": PHONE}),
        ("w=300", {}),
    ):
        answer = delivery.get(link(photo, segment), **headers)
        assert (answer.body, answer.headers["cf-resized"][:13]) == (first.body, "internal=ok/h")
    assert (renderer.asked, Rendition.objects.count()) == (1, 1)


def test_what_is_remembered_by_the_client(
    delivery: DeliveryClient, photo: Image, responsive: Variant, renderer: CountingRenderer
) -> None:
    etag = delivery.get(link(photo, "responsive"), sec_ch_viewport_width="90").headers["etag"]
    headers = {"if_none_match": etag}
    assert delivery.get(link(photo, "responsive"), sec_ch_viewport_width="80", **headers).status == 304
    assert delivery.get(link(photo, "responsive"), sec_ch_viewport_width="200", **headers).status == 200
    assert renderer.asked == 2


def test_its_renditions_are_not_taken_for_stale(
    delivery: DeliveryClient, photo: Image, responsive: Variant
) -> None:
    delivery.get(link(photo, "responsive"), sec_ch_viewport_width="90", save_data="on")
    assert retire_stale_renditions() == 0
