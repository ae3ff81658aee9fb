"""The Django door: the same answers from a server of threads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory

from apps.accounts.actor import SYSTEM
from apps.delivery import view
from apps.images.models import Image, Rendition
from apps.variants.models import Variant
from apps.variants.services import create_variant
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import link, signed_link, upload

pytestmark = pytest.mark.django_db(transaction=True)

PREFIX = "/cdn-cgi/imagedelivery"


@pytest.fixture(autouse=True)
def background(transactional_db: None, stores: Path) -> Iterator[None]:
    yield
    view.loop.close()


def get(target: str, method: str = "GET", **headers: str) -> HttpResponseBase:
    request = RequestFactory().generic(method, target, headers=headers, RAW_URI=target)
    return view.deliver(request)


def body(response: HttpResponseBase) -> bytes:
    return b"".join(response)  # type: ignore[arg-type]  # every kind of response yields bytes


def test_it_works(photo: Image, thumbnail: Variant, delivery: DeliveryClient) -> None:
    response = get(PREFIX + link(photo))
    assert isinstance(response, StreamingHttpResponse)
    expected = delivery.get(link(photo))
    assert (response.status_code, body(response)) == (200, expected.body)
    headers = {name.lower(): value for name, value in get(PREFIX + link(photo)).items()}
    ours = {name: value for name, value in expected.headers.items() if name != "x-request-id"}
    assert headers == ours, "the middleware of this plane adds the request's id"


def test_hints_are_read_here_too(photo: Image, flexible: None) -> None:
    target = PREFIX + link(photo, "w=auto,wbreakpoints=20;30;40,f=json")
    response = get(target, **{"sec-ch-viewport-width": "15", "sec-ch-dpr": "2"})
    assert json.loads(body(response))["width"] == 30
    assert (response["cache-control"][:7], "Sec-CH-DPR" in response["vary"]) == ("private", True)


def test_a_signature_is_made_over_the_raw_target(thumbnail: Variant, secret_photo: Image, key: str) -> None:
    named = upload(thumbnail.account, image_id="a/b c")
    raw = f"/{named.account.hash}/a%2Fb%20c/thumbnail"
    assert get(raw).status_code == 200
    signed = signed_link(secret_photo, key)
    assert get(signed).status_code == 200
    assert get(PREFIX + signed).status_code == 200
    assert get(signed.replace("/thumbnail", "/%74humbnail")).status_code == 403
    assert get(f"http://elsewhere.example{signed}").status_code == 200


def test_overlays_are_drawn(photo: Image, delivery: DeliveryClient) -> None:
    options = {"draw": [{"image": upload(photo.account).public_id, "width": 9}]}
    create_variant(account=photo.account, name="marked", options=options, actor=SYSTEM)
    made = body(get(link(photo, "marked")))
    assert made == delivery.get(link(photo, "marked")).body
    assert made != body(get(link(photo, "public")))


def test_conditions_parts_and_methods(photo: Image, thumbnail: Variant) -> None:
    whole = get(link(photo))
    assert get(link(photo), if_none_match=whole["etag"]).status_code == 304
    part = get(link(photo), range="bytes=2-5")
    assert (part.status_code, body(part)) == (206, body(whole)[2:6])
    assert get(link(photo), "HEAD")["content-length"] == whole["content-length"]
    assert get(link(photo), "POST").status_code == 405


def test_threads_share_one_flight(photo: Image, thumbnail: Variant) -> None:
    with ThreadPoolExecutor(8) as threads:
        bodies = set(threads.map(lambda _: body(get(link(photo))), range(24)))
    assert len(bodies) == 1
    assert Rendition.objects.count() == 1


def test_a_server_without_the_raw_target_is_found_out() -> None:
    with pytest.raises(RuntimeError, match="raw request target"):
        view.deliver(RequestFactory().get("/a/b/c"))
