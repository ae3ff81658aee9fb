"""What a recipe asks in vain is said in a Warning header, with the picture and with its 304."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.images.models import Image
from apps.imaging.renderer.abilities import note_abilities
from tests import pictures
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import link, upload

pytestmark = pytest.mark.django_db(transaction=True)

COVER = 'cf-images 299 "cover fit mode needs both width and height"'
DPR = 'cf-images 299 "dpr > 3 should never be used"'
FACE = 'cf-images 299 "gravity face needs a face detector, and there is none: it is auto"'
SMALLER = 'cf-images 299 "original is smaller"'


def test_it_works(delivery: DeliveryClient, photo: Image, flexible: None) -> None:
    for _ in range(2):  # a miss, then a hit
        assert delivery.get(link(photo, "w=40,fit=cover")).headers["warning"] == COVER


@pytest.mark.parametrize(
    ("segment", "warning"),
    [
        ("w=40", None),
        ("w=20,fit=cover,dpr=3", f"{COVER}, {DPR}"),
        ("w=121", SMALLER),
        ("w=41,dpr=3,f=json", f"{DPR}, {SMALLER}"),
        ("w=90,rotate=90", SMALLER),
    ],
)
def test_each(
    delivery: DeliveryClient, photo: Image, flexible: None, segment: str, warning: str | None
) -> None:
    answer = delivery.get(link(photo, segment))
    assert (answer.status, answer.headers.get("warning")) == (200, warning)


def test_what_the_client_has_is_warned_of_too(delivery: DeliveryClient, photo: Image, flexible: None) -> None:
    etag = delivery.get(link(photo, "w=500")).headers["etag"]
    answer = delivery.get(link(photo, "w=500"), if_none_match=etag)
    assert (answer.status, answer.headers["warning"]) == (304, SMALLER)


def test_a_drawing_takes_no_options(delivery: DeliveryClient, photo: Image, flexible: None) -> None:
    drawing = upload(photo.account, pictures.drawing_svg())
    answer = delivery.get(link(drawing, "w=900,fit=cover,trim.left=60"))
    assert (answer.status, answer.headers.get("warning")) == (200, None)


def test_a_renderer_without_a_detector(
    delivery: DeliveryClient, photo: Image, flexible: None, settings: Any, tmp_path: Path
) -> None:
    """The door that delivery knocks at has been chosen; what is said of it is looked up each time."""
    settings.RENDERER_SOCKET = str(tmp_path / "renderer.sock")
    segment = "w=30,h=30,fit=cover,g=face"
    for finds_faces, warning in ((False, FACE), (True, None), (False, FACE)):
        note_abilities(tmp_path / "renderer.sock", finds_faces=finds_faces)
        answer = delivery.get(link(photo, segment))
        assert (answer.status, answer.headers.get("warning")) == (200, warning)
