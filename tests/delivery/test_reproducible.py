"""Reproducible: what is dropped and rendered again is the same, byte by byte, in every format."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from apps.accounts.models import Account
from apps.images.models import Rendition
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import link, upload
from tests.pictures import animation, cmyk_jpeg, drawing_svg, heic, telling_jpeg, transparent_png

pytestmark = pytest.mark.django_db(transaction=True)

FORMATS = ("auto", "avif", "webp", "jpeg", "baseline-jpeg", "png", "json", "placeholder")
ORIGINALS = {
    "jpeg": telling_jpeg(),
    "cmyk": cmyk_jpeg(),
    "png": transparent_png(),
    "gif": animation("GIF"),
    "webp": animation("WEBP"),
    "heic": heic(),
}


@pytest.mark.parametrize("kind", ORIGINALS)
def test_it_works(delivery: DeliveryClient, orchard: Account, flexible: None, kind: str) -> None:
    image = upload(orchard, ORIGINALS[kind])
    recipes = ("w=30", "w=20,h=20,fit=cover,g=auto,sharpen=1", "w=24,draw.1.text=Orchard,draw.1.size=8")
    targets = [link(image, f"{recipe},f={name}") for recipe in recipes for name in FORMATS]

    def ask() -> dict[str, tuple[int, bytes, str]]:
        answers = dict(zip(targets, delivery.get_all(targets, accept="image/webp"), strict=True))
        return {target: (each.status, each.body, each.headers["etag"]) for target, each in answers.items()}

    first = ask()
    assert {status for status, _, _ in first.values()} == {200}
    made = Rendition.objects.count()
    call_command("drop_renditions", orchard.public_id, stdout=io.StringIO())
    assert not Rendition.objects.exists()
    assert ask() == first
    assert Rendition.objects.count() == made > 10


def test_a_drawing_too(delivery: DeliveryClient, orchard: Account, flexible: None) -> None:
    image = upload(orchard, drawing_svg())
    first = delivery.get(link(image, "w=30"))
    call_command("drop_renditions", stdout=io.StringIO())
    assert (first.status, delivery.get(link(image, "w=30")).body) == (200, first.body)
