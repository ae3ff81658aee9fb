"""Originals, as they were sent: where the account allows it, and for those who may see the image."""

from __future__ import annotations

import io

import pytest

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.cdn.keys import account_key
from apps.cdn.services import PURGE
from apps.delivery.asgi import DeliveryApplication
from apps.delivery.ports import open_ports
from apps.images.minting import mint_link
from apps.images.models import Image
from apps.images.services import replace_original
from apps.images.storage import originals
from apps.outbox.models import Job
from apps.variants.services import create_variant, set_delivery_policy
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import draw_picture, link, signed_link, upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def allowed(transactional_db: None, orchard: Account) -> None:
    set_delivery_policy(account=orchard, has_original_downloads=True, actor=SYSTEM)


def test_it_works(delivery: DeliveryClient, orchard: Account, allowed: None, stores: object) -> None:
    image = upload(orchard, draw_picture("PNG"), filename='Über "pear".png')
    found = delivery.get(link(image, "original"), accept="image/avif")
    assert (found.status, found.body) == (200, draw_picture("PNG"))
    assert found.headers["content-type"] == "image/png"
    assert found.headers["content-disposition"] == ("attachment; filename*=utf-8''%C3%9Cber%20%22pear%22.png")
    assert found.headers["content-length"] == str(len(found.body))
    assert found.headers["cache-control"].startswith("public, max-age=172800")
    assert found.headers["surrogate-key"] == f"a-{orchard.pk} i-{image.pk}"
    assert "sandbox" in found.headers["content-security-policy"]
    assert "vary" not in found.headers
    tag = found.headers["etag"]
    assert delivery.get(link(image, "original"), if_none_match=tag).status == 304
    part = delivery.get(link(image, "original"), range="bytes=1-3")
    assert (part.status, part.body, part.headers["content-range"][:10]) == (206, b"PNG", "bytes 1-3/")
    assert delivery.get(link(image, "original"), "HEAD").headers["content-length"] == str(len(found.body))
    assert delivery.get("/cdn-cgi/imagedelivery" + link(image, "original")).status == 200


def test_it_is_off_at_first(delivery: DeliveryClient, photo: Image) -> None:
    found = delivery.get(link(photo, "original"))
    assert (found.status, found.headers["cf-resized"]) == (403, "err=9425")


def test_switching_it_off_is_purged(delivery: DeliveryClient, photo: Image, allowed: None) -> None:
    assert delivery.get(link(photo, "original")).status == 200
    Job.objects.all().delete()
    set_delivery_policy(account=photo.account, has_original_downloads=False, actor=SYSTEM)
    assert delivery.get(link(photo, "original")).status == 403
    assert Job.objects.get(kind=PURGE).payload["keys"] == [account_key(photo.account_id)]


def test_a_private_one_needs_a_signature(
    delivery: DeliveryClient, secret_photo: Image, allowed: None, key: str
) -> None:
    assert delivery.get(link(secret_photo, "original")).status == 403
    assert delivery.get(link(secret_photo, "original"), if_none_match="*").status == 403
    found = delivery.get(signed_link(secret_photo, key, "original"))
    assert (found.status, found.headers["cache-control"]) == (200, "private, max-age=172800")
    assert "surrogate-key" not in found.headers
    url = mint_link(image=secret_photo, segment="original").url
    assert delivery.get(url.removeprefix("http://127.0.0.1:8001")).status == 200
    # A variant of that name that is always public opens nothing.
    create_variant(
        account=secret_photo.account, name="original", options={"width": 9}, is_public=True, actor=SYSTEM
    )
    assert delivery.get(link(secret_photo, "original")).status == 403
    assert delivery.get(signed_link(secret_photo, key, "original")).body == found.body


def test_a_variant_of_that_name_is_one_while_it_is_off(delivery: DeliveryClient, photo: Image) -> None:
    create_variant(account=photo.account, name="original", options={"width": 9}, actor=SYSTEM)
    assert "content-disposition" not in delivery.get(link(photo, "original")).headers


def test_a_drawing_stays_an_attachment(delivery: DeliveryClient, orchard: Account, allowed: None) -> None:
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>1</script><rect/></svg>'
    image = upload(orchard, drawing, image_id="fruit/pear.svg")
    found = delivery.get(link(image, "original"))
    assert (found.body, found.headers["content-disposition"]) == (drawing, 'attachment; filename="pear.svg"')
    assert "sandbox" in found.headers["content-security-policy"]


def test_what_is_there_now_is_sent(delivery: DeliveryClient, photo: Image, allowed: None) -> None:

    first = delivery.get(link(photo, "original"))
    replace_original(image=photo, file=io.BytesIO(draw_picture("PNG")), actor=SYSTEM)
    second = delivery.get(link(photo, "original"), if_none_match=first.headers["etag"])
    assert (second.status, second.headers["content-type"]) == (200, "image/png")
    originals().delete(Image.objects.get().storage_key)
    assert delivery.get(link(photo, "original")).status == 502


def test_nginx_is_sent_to_no_original(photo: Image, allowed: None, stores: object) -> None:
    with DeliveryClient(DeliveryApplication(open_ports, accel_prefix="/_renditions/")) as client:
        found = client.get(link(photo, "original"))
        assert "x-accel-redirect" not in found.headers
        assert len(found.body) == photo.size_bytes
        assert "x-accel-redirect" in client.get(link(photo, "public")).headers
