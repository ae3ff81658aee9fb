"""A picture and its head: what is sent, under which headers, whole or in part, and what is not sent again."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image as Picture

from apps.accounts.actor import SYSTEM
from apps.images.models import Image, Rendition
from apps.images.services import delete_image
from apps.images.storage import renditions
from apps.variants.models import Variant
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import CountingRenderer, link, upload

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_works(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: CountingRenderer
) -> None:
    first, second = delivery.get(link(photo)), delivery.get(link(photo))
    assert (first.status, second.status) == (200, 200)
    assert first.body == second.body
    with Picture.open(io.BytesIO(first.body)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (40, 27))
    assert renderer.asked == 1
    assert first.headers["cf-resized"] == f"internal=ok/m l={len(first.body)}"
    assert second.lasting.headers == dict(first.lasting.headers) | {
        "cf-resized": f"internal=ok/h l={len(first.body)}"
    }


def test_the_headers(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    answer = delivery.get(link(photo))
    assert answer.headers["x-request-id"]
    assert answer.lasting.headers == {
        "content-type": "image/jpeg",
        "content-length": str(len(answer.body)),
        "accept-ranges": "bytes",
        "etag": f'"{hashlib.sha256(answer.body).hexdigest()}"',
        "cache-control": "public, max-age=172800, stale-while-revalidate=7200",
        "vary": "Accept",
        "surrogate-key": f"a-{photo.account.pk} i-{photo.pk} v-{thumbnail.pk}",
        "x-content-type-options": "nosniff",
        "content-security-policy": (
            "default-src 'none'; navigate-to 'none'; form-action 'none'; img-src data:; "
            "style-src 'unsafe-inline'; sandbox"
        ),
        "access-control-allow-origin": "*",
        "cf-resized": f"internal=ok/m l={len(answer.body)}",
    }


def test_head_is_get_without_the_body(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    head = delivery.get(link(photo), "HEAD")
    get = delivery.get(link(photo))
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) == len(get.body)
    assert head.headers["etag"] == get.headers["etag"]
    assert delivery.get(link(photo), "HEAD", range="bytes=0-1").status == 200
    assert delivery.get("/nonsense", "HEAD").body == b""


def test_what_the_client_has_is_not_sent_again(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant
) -> None:
    first = delivery.get(link(photo))
    for header in (first.headers["etag"], f"W/{first.headers['etag']}", f'"x", {first.headers["etag"]}', "*"):
        answer = delivery.get(link(photo), if_none_match=header)
        assert (answer.status, answer.body) == (304, b"")
        for name in ("etag", "cache-control", "vary", "access-control-allow-origin"):
            assert answer.headers[name] == first.headers[name]
        assert "content-length" not in answer.headers
    assert delivery.get(link(photo), if_none_match='"other"').status == 200


def test_what_the_client_has_needs_no_file(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant, renderer: CountingRenderer
) -> None:
    etag = delivery.get(link(photo)).headers["etag"]
    Path(renditions().path(Rendition.objects.get().storage_key)).unlink()
    assert delivery.get(link(photo), if_none_match=etag).status == 304
    assert renderer.asked == 1


def test_a_rendition_made_anew_is_the_same(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant
) -> None:
    first = delivery.get(link(photo))
    Rendition.objects.all().delete()
    assert delivery.get(link(photo), if_none_match=first.headers["etag"]).status == 304


def test_a_part(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    whole = delivery.get(link(photo))
    size = len(whole.body)
    part = delivery.get(link(photo), range="bytes=10-19")
    assert (part.status, part.body) == (206, whole.body[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{size}"
    assert part.headers["content-length"] == "10"
    assert delivery.get(link(photo), range="bytes=-5").body == whole.body[-5:]
    assert delivery.get(link(photo), range="bytes=0-1,4-5").body == whole.body
    assert delivery.get(link(photo), range="bytes=0-4", if_range='"old"').body == whole.body
    behind = delivery.get(link(photo), range=f"bytes={size}-")
    assert (behind.status, behind.headers["content-range"]) == (416, f"bytes */{size}")
    assert behind.is_stored_by_nobody


def test_the_server_sends_whole_files_where_it_can(
    delivery: DeliveryClient, photo: Image, thumbnail: Variant
) -> None:
    delivery.extensions = {"http.response.pathsend": {}}
    answer = delivery.get(link(photo))
    assert answer.sent_path == renditions().path(Rendition.objects.get().storage_key)
    assert int(answer.headers["content-length"]) == Path(answer.sent_path).stat().st_size
    assert delivery.get(link(photo), "HEAD").sent_path == ""
    assert len(delivery.get(link(photo), range="bytes=0-3").body) == 4


@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_a_row_without_its_file_is_a_miss(
    damage: str,
    delivery: DeliveryClient,
    photo: Image,
    thumbnail: Variant,
    renderer: CountingRenderer,
) -> None:
    first = delivery.get(link(photo))
    path = Path(renditions().path(Rendition.objects.get().storage_key))
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(first.body[:-1])
    again = delivery.get(link(photo))
    assert (again.status, again.body) == (200, first.body)
    assert renderer.asked == 2
    assert Rendition.objects.count() == 1
    assert delivery.get(link(photo)).body == first.body
    assert renderer.asked == 2


def test_an_id_with_slashes_and_signs(delivery: DeliveryClient, orchard: object, thumbnail: Variant) -> None:
    image = upload(thumbnail.account, image_id="trips/100%/süd & west.jpg")
    account_hash = thumbnail.account.hash
    assert delivery.get(link(image)).status == 200
    for spelling in ("trips%2F100%25%2Fs%C3%BCd%20&%20west.jpg", "trips/100%25/s%c3%bcd%20%26%20west%2ejpg"):
        assert delivery.get(f"/{account_hash}/{spelling}/thumbnail").status == 200
    assert delivery.get(f"/{account_hash}/trips%252F100%25/x/thumbnail").status == 404


def test_a_deleted_image_is_gone_at_once(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    etag = delivery.get(link(photo)).headers["etag"]
    delete_image(image=photo, actor=SYSTEM)
    answer = delivery.get(link(photo), if_none_match=etag)
    assert answer.status == 404
    assert answer.is_stored_by_nobody


def test_any_origin_may_read(delivery: DeliveryClient) -> None:
    answer = delivery.get("/anything", "OPTIONS", origin="https://shop.example")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, "*")
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"


def test_nothing_can_be_written(delivery: DeliveryClient) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "get"):
        answer = delivery.get("/anything", method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS"), method


def test_health(delivery: DeliveryClient) -> None:
    answer = delivery.get("/healthz")
    assert (answer.status, answer.body) == (200, b"ok\n")
    assert answer.is_stored_by_nobody
