"""Overlays through the whole house: a logo is uploaded, named by a variant, and seen on the photo."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image as Picture

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.cdn.keys import image_key, variant_key
from apps.cdn.services import PURGE
from apps.images.models import Image, Rendition
from apps.images.services import delete_image, set_access
from apps.images.services.deletion import retire_stale_renditions
from apps.images.storage import originals
from apps.imaging.errors import OverlayIsSvg
from apps.outbox.models import Job
from apps.variants.models import Variant
from apps.variants.services import create_variant, set_delivery_policy
from tests.delivery.asgi_client import Answer, DeliveryClient
from tests.delivery.conftest import CountingRenderer, link, signed_link, upload

pytestmark = pytest.mark.django_db(transaction=True)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
RED, BLUE = (255, 0, 0), (0, 0, 255)


def draw_logo(colour: tuple[int, int, int] = RED) -> bytes:
    buffer = io.BytesIO()
    Picture.new("RGB", (20, 20), colour).save(buffer, "PNG")
    return buffer.getvalue()


def options(logo_id: str = "logo") -> dict[str, Any]:
    """Return what draws a logo of 20 × 20 pixels into the lower right corner of a picture of 120 × 80."""
    return {"format": "png", "draw": [{"image": logo_id, "right": 0, "bottom": 0}]}


def text(logo_id: str = "logo") -> str:
    """Return the same as a link spells it."""
    return f"format=png,draw.1.image={logo_id},draw.1.right=0,draw.1.bottom=0"


@pytest.fixture
def logo(transactional_db: None, orchard: Account, photo: Image) -> Image:
    return upload(orchard, draw_logo(), image_id="logo")


@pytest.fixture
def marked(logo: Image) -> Variant:
    return create_variant(account=logo.account, name="marked", options=options(), actor=SYSTEM)


def see(answer: Answer) -> Picture.Image:
    assert answer.status == 200, answer.body
    return Picture.open(io.BytesIO(answer.body)).convert("RGB")


def colour_of_the_corner(answer: Answer) -> object:
    """Return the colour where the logo is, after a look at where it is not."""
    picture = see(answer)
    assert picture.size == (120, 80)
    assert {picture.getpixel(place) for place in ((99, 79), (119, 59))}.isdisjoint({RED, BLUE})
    corners = {picture.getpixel(place) for place in ((100, 60), (119, 60), (100, 79), (119, 79))}
    assert len(corners) == 1
    return corners.pop()


def purged_keys() -> set[str]:
    return {key for job in Job.objects.filter(kind=PURGE) for key in job.payload["keys"]}


def test_it_works(
    delivery: DeliveryClient, photo: Image, logo: Image, orchard_token: str, renderer: CountingRenderer
) -> None:
    api = Client(headers={"authorization": f"Bearer {orchard_token}"})
    path = f"/client/v4/accounts/{photo.account.public_id}/images/v1/variants"
    asked = {"id": "marked", "options": options()}
    assert api.post(path, asked, content_type="application/json").status_code == 200
    first, second = delivery.get(link(photo, "marked")), delivery.get(link(photo, "marked"))
    assert colour_of_the_corner(first) == RED
    assert (second.status, second.body, renderer.asked) == (200, first.body, 1)
    assert second.headers["cf-resized"].startswith("internal=ok/h")
    assert {image_key(photo.pk), image_key(logo.pk)} <= set(first.headers["surrogate-key"].split())
    assert delivery.get(link(photo, "public")).headers["surrogate-key"].count("i-") == 1


def test_options_in_a_link_draw_too(
    delivery: DeliveryClient, photo: Image, logo: Image, flexible: None
) -> None:
    assert colour_of_the_corner(delivery.get(link(photo, text()))) == RED


def test_a_private_logo_is_for_variants_only(
    delivery: DeliveryClient, photo: Image, flexible: None, orchard: Account
) -> None:
    secret = upload(orchard, draw_logo(), is_private=True)
    create_variant(account=orchard, name="marked", options=options(secret.public_id), actor=SYSTEM)
    assert colour_of_the_corner(delivery.get(link(photo, "marked"))) == RED
    refused = delivery.get(link(photo, text(secret.public_id)))
    delete_image(image=secret, actor=SYSTEM)
    missing = delivery.get(link(photo, text(secret.public_id)))
    assert (refused.status, refused.headers["cf-resized"]) == (404, "err=9404")
    assert refused.lasting == missing.lasting


def test_another_accounts_logo_is_not_there(
    delivery: DeliveryClient, photo: Image, flexible: None, elsewhere: Account
) -> None:
    upload(elsewhere, draw_logo(), image_id="logo")
    assert delivery.get(link(photo, text())).status == 404


def test_a_private_photo_is_marked_behind_its_signature(
    delivery: DeliveryClient, secret_photo: Image, key: str, marked: Variant
) -> None:
    assert delivery.get(link(secret_photo, "marked")).status == 403
    answer = delivery.get(signed_link(secret_photo, key, "marked"))
    assert colour_of_the_corner(answer) == RED
    assert "surrogate-key" not in answer.headers


def test_a_new_logo_under_the_old_id(
    delivery: DeliveryClient, photo: Image, logo: Image, marked: Variant
) -> None:
    before = delivery.get(link(photo, "marked"))
    delete_image(image=logo, actor=SYSTEM)
    missing = delivery.get(link(photo, "marked"), if_none_match=before.headers["etag"])
    assert (missing.status, missing.headers["cf-resized"]) == (404, "err=9404")
    assert b"'logo'" in missing.body
    assert missing.is_stored_by_nobody
    assert set(before.headers["surrogate-key"].split()) & purged_keys() == {image_key(logo.pk)}
    renewed = upload(logo.account, draw_logo(BLUE), image_id="logo")
    after = delivery.get(link(photo, "marked"), if_none_match=before.headers["etag"])
    assert colour_of_the_corner(after) == BLUE
    assert image_key(renewed.pk) in after.headers["surrogate-key"].split()
    assert image_key(logo.pk) not in after.headers["surrogate-key"].split()
    assert retire_stale_renditions() == 1
    assert delivery.get(link(photo, "marked")).headers["etag"] == after.headers["etag"]


def test_a_logo_that_becomes_private(
    delivery: DeliveryClient, photo: Image, orchard: Account, flexible: None
) -> None:
    logo = upload(orchard, draw_logo())
    marked = create_variant(account=orchard, name="marked", options=options(logo.public_id), actor=SYSTEM)
    targets = [link(photo, "marked"), link(photo, text(logo.public_id))]
    before = [delivery.get(target) for target in targets]
    changed, _ = set_access(image=logo, is_private=True, actor=SYSTEM)
    assert image_key(logo.pk) in purged_keys()
    for answer in before:
        assert image_key(logo.pk) in answer.headers["surrogate-key"].split()
    assert delivery.get(targets[1]).status == 404, "its id has changed"
    followed = Variant.objects.get(pk=marked.pk)
    assert (followed.drawn_images, followed.version) == ([changed.public_id], marked.version + 1)
    assert variant_key(marked.pk) in purged_keys()
    assert colour_of_the_corner(delivery.get(targets[0])) == RED
    assert Rendition.objects.count() == 2, "both links shared one"
    assert retire_stale_renditions() == 1


def test_a_logo_that_becomes_private_and_keeps_its_id(
    delivery: DeliveryClient, photo: Image, logo: Image, marked: Variant, flexible: None
) -> None:
    set_delivery_policy(account=logo.account, has_private_custom_ids=True, actor=SYSTEM)
    targets = [link(photo, "marked"), link(photo, text())]
    assert {delivery.get(target).status for target in targets} == {200}
    set_access(image=logo, is_private=True, actor=SYSTEM)
    assert colour_of_the_corner(delivery.get(targets[0])) == RED
    assert delivery.get(targets[1]).status == 404
    assert retire_stale_renditions() == 1
    assert colour_of_the_corner(delivery.get(targets[0])) == RED


def test_a_logo_that_goes_while_it_is_drawn(
    delivery: DeliveryClient, photo: Image, logo: Image, marked: Variant, renderer: CountingRenderer
) -> None:
    renderer.meanwhile = lambda: delete_image(image=logo, actor=SYSTEM)
    assert delivery.get(link(photo, "marked")).status == 404
    assert not Rendition.objects.exists()


def test_a_logo_replaced_while_it_is_drawn(
    delivery: DeliveryClient, photo: Image, logo: Image, marked: Variant, renderer: CountingRenderer
) -> None:
    def replace() -> None:
        delete_image(image=logo, actor=SYSTEM)
        upload(logo.account, draw_logo(BLUE), image_id="logo")

    renderer.meanwhile = replace
    assert colour_of_the_corner(delivery.get(link(photo, "marked"))) == BLUE
    assert renderer.asked == 2


def test_an_image_may_be_drawn_onto_itself(delivery: DeliveryClient, logo: Image, marked: Variant) -> None:
    answer = delivery.get(link(logo, "marked"))
    assert see(answer).size == (20, 20)
    assert answer.headers["surrogate-key"].split().count(image_key(logo.pk)) == 1


def test_many_at_once_are_one_render(
    delivery: DeliveryClient, photo: Image, marked: Variant, renderer: CountingRenderer
) -> None:
    assert {answer.status for answer in delivery.get_all([link(photo, "marked")] * 20)} == {200}
    assert renderer.asked == 1


@pytest.mark.parametrize("logo_id", ["brand/logo", "a, b", "100%", "größer=", "x.1", "Logo;2"])
def test_ids_of_every_kind(
    delivery: DeliveryClient, photo: Image, orchard: Account, flexible: None, logo_id: str
) -> None:
    """A custom id may hold what means something in options or in paths."""
    upload(orchard, draw_logo(), image_id=logo_id)
    made = create_variant(account=orchard, name="marked", options=options(logo_id), actor=SYSTEM)
    assert made.drawn_images == [logo_id]
    assert colour_of_the_corner(delivery.get(link(photo, "marked"))) == RED
    assert colour_of_the_corner(delivery.get(link(photo, made.options))) == RED


def test_a_drawing_is_never_shown_without_its_logo(
    delivery: DeliveryClient, orchard: Account, marked: Variant
) -> None:
    """An SVG stays a drawing, and nothing can be drawn onto one."""
    create_variant(account=orchard, name="auto", options={"draw": [{"image": "logo"}]}, actor=SYSTEM)
    drawing = upload(orchard, SVG)
    assert delivery.get(link(drawing, "public")).status == 200
    assert delivery.get(link(drawing, "auto")).status == 415


def test_a_drawing_is_no_logo(
    delivery: DeliveryClient, photo: Image, orchard: Account, flexible: None
) -> None:
    upload(orchard, SVG, image_id="logo")
    answer = delivery.get(link(photo, text()))
    assert (answer.status, answer.headers["cf-resized"]) == (415, "err=9412")
    assert b"'logo' is an SVG" in answer.body
    with pytest.raises(OverlayIsSvg, match="'logo'"):
        create_variant(account=orchard, name="marked", options=options(), actor=SYSTEM)


def test_a_damaged_logo_is_named(
    delivery: DeliveryClient, photo: Image, logo: Image, marked: Variant, renderer: CountingRenderer
) -> None:
    path = Path(originals().path(logo.storage_key))
    path.write_bytes(path.read_bytes()[:50])
    for _ in range(2):
        answer = delivery.get(link(photo, "marked"))
        assert (answer.status, answer.headers["cf-resized"]) == (422, "err=9516")
        assert b"'logo' cannot be drawn" in answer.body
    assert renderer.asked == 1, "a failure that lasts is remembered"


def test_a_lost_logo_is_told(
    delivery: DeliveryClient, photo: Image, logo: Image, marked: Variant, renderer: CountingRenderer
) -> None:
    Path(originals().path(logo.storage_key)).unlink()
    answer = delivery.get(link(photo, "marked"))
    assert (answer.status, answer.headers["cf-resized"]) == (502, "err=9505")
    assert renderer.asked == 0
