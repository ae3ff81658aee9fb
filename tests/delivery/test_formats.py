"""Every rule about formats (catalogue §4.5) over the wire: what a source comes to, by Accept and option."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from PIL import Image as Picture

from apps.accounts.models import Account
from apps.images.models import Image
from tests import pictures
from tests.delivery.asgi_client import Answer, DeliveryClient
from tests.delivery.conftest import link, upload

pytestmark = pytest.mark.django_db(transaction=True)

CARD = pictures.draw_card()
SOURCES: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: pictures.photo_jpeg(60, 40, orientation=6),
    "cmyk jpeg": pictures.cmyk_jpeg,
    "opaque png": lambda: pictures.encode(CARD, "PNG"),
    "clear png": pictures.transparent_png,
    "16-bit png": pictures.grey16_png,
    "gif": lambda: pictures.encode(CARD, "GIF"),
    "opaque webp": lambda: pictures.encode(CARD, "WEBP"),
    "clear webp": lambda: pictures.encode(CARD.convert("RGBA").rotate(9), "WEBP"),
    "avif": lambda: pictures.encode(CARD, "AVIF"),
    "heic": pictures.heic,
    "tiff": lambda: pictures.encode(CARD, "TIFF"),
    "bmp": lambda: pictures.encode(CARD, "BMP"),
    "moving gif": lambda: pictures.animation("GIF"),
    "moving webp": lambda: pictures.animation("WEBP"),
    "moving png": lambda: pictures.animation("PNG"),
    "moving avif": lambda: pictures.animation("AVIF"),
    "svg": pictures.drawing_svg,
}
MOVING = {name for name in SOURCES if name.startswith("moving")}
RASTERS = set(SOURCES) - {"svg"}
# What a client takes that names no new format, one that names WebP, and a browser of today.
ACCEPTS = ("*/*", "image/webp,*/*", "image/avif,image/webp,*/*")
JPEG, PNG, GIF, WEBP, AVIF = (f"image/{name}" for name in ("jpeg", "png", "gif", "webp", "avif"))
SVG = "image/svg+xml"


@pytest.fixture
def ask(
    delivery: DeliveryClient, orchard: Account, stores: object, flexible: None
) -> Callable[[str, str, str], Answer]:
    """Ask for a source by its name, with options and an Accept header."""
    images: dict[str, Image] = {}

    def ask_for(name: str, options: str, accept: str) -> Answer:
        if name not in images:
            images[name] = upload(orchard, SOURCES[name]())
        return delivery.get(link(images[name], options), accept=accept)

    return ask_for


Ask = Callable[[str, str, str], Answer]


def look(answer: Answer) -> tuple[str, int]:
    """Return what the bytes are, whatever the header says, and how many frames they have."""
    with Picture.open(io.BytesIO(answer.body)) as picture:
        return f"image/{str(picture.format).lower()}", getattr(picture, "n_frames", 1)


def answers(ask: Ask, name: str, options: str) -> list[str]:
    """Return the content types for every Accept; none lies about the bytes."""
    found = []
    for accept in ACCEPTS:
        answer = ask(name, options, accept)
        assert answer.status == 200
        content_type = answer.headers["content-type"]
        if name in RASTERS:
            is_moving = name in MOVING and "anim=false" not in options and content_type in (GIF, WEBP)
            assert look(answer) == (content_type, 5 if is_moving else 1)
        found.append(content_type)
    return found


STILL = {name: [JPEG, WEBP, AVIF] for name in RASTERS - MOVING} | {
    name: [PNG, WEBP, AVIF] for name in ("opaque png", "clear png", "16-bit png", "gif", "clear webp")
}


@pytest.mark.parametrize("name", sorted(STILL))
def test_it_works(ask: Ask, name: str) -> None:
    for options in ("w=20", "w=20,f=auto"):
        assert answers(ask, name, options) == STILL[name]
        assert ask(name, options, "").headers["vary"] == "Accept"


@pytest.mark.parametrize("name", sorted(MOVING))
def test_what_moves_goes_on_moving(ask: Ask, name: str) -> None:
    assert answers(ask, name, "w=20") == [GIF, WEBP, WEBP]


@pytest.mark.parametrize(("name", "plain"), [("moving gif", PNG), ("moving webp", JPEG), ("moving png", PNG)])
def test_unless_it_is_to_stand_still(ask: Ask, name: str, plain: str) -> None:
    assert answers(ask, name, "w=20,anim=false") == [plain, WEBP, AVIF]


@pytest.mark.parametrize("name", ["jpeg", "clear png", "moving gif", "moving avif", "heic"])
def test_a_format_that_was_asked_for_is_given(ask: Ask, name: str) -> None:
    for option, content_type in (
        ("avif", AVIF),
        ("webp", WEBP),
        ("jpeg", JPEG),
        ("baseline-jpeg", JPEG),
        ("png", PNG),
        ("png-force", PNG),
    ):
        assert answers(ask, name, f"w=20,f={option}") == [content_type] * 3
        assert "vary" not in ask(name, f"w=20,f={option}", "").headers


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("jpeg", JPEG), ("opaque png", JPEG), ("clear png", PNG), ("moving webp", GIF), ("tiff", JPEG)],
)
def test_the_quickest_format(ask: Ask, name: str, content_type: str) -> None:
    assert answers(ask, name, "w=20,f=avif,compression=fast") == [content_type] * 3


@pytest.mark.parametrize("name", ["jpeg", "moving gif", "svg"])
def test_facts(ask: Ask, name: str) -> None:
    told = [ask(name, "w=30,f=json", accept) for accept in ACCEPTS]
    assert {answer.headers["content-type"] for answer in told} == {"application/json"}
    facts = json.loads(told[0].body)
    assert facts["original"]["width"] == 60
    assert facts["original"].get("frames") == (5 if name in MOVING else None)
    assert facts["width"] == (60 if name == "svg" else 30)


@pytest.mark.parametrize(
    "options", ["w=20", "f=auto", "w=20,h=20,fit=cover,blur=9", "anim=false", "q=1,dpr=2"]
)
def test_a_drawing_takes_no_options(ask: Ask, options: str) -> None:
    assert answers(ask, "svg", options) == [SVG] * 3
    assert ask("svg", options, "").body == ask("svg", "w=1", "").body


@pytest.mark.parametrize("option", ["avif", "webp", "jpeg", "baseline-jpeg", "png", "placeholder"])
def test_and_gives_no_pixels(ask: Ask, option: str) -> None:
    answer = ask("svg", f"f={option}", ACCEPTS[2])
    assert (answer.status, answer.headers["cf-resized"]) == (415, "err=9412")


@pytest.mark.parametrize("option", ["jpg", "gif", "svg", "JPEG", ""])
def test_there_are_no_other_formats(ask: Ask, option: str) -> None:
    answer = ask("jpeg", f"f={option}", "")
    words = f"'{option}' is not a supported output format. Use 'jpeg', 'webp', 'avif', or 'json'"
    text = f"ERROR 9401: Missing or invalid resizing parameters: {words}\n"
    assert (answer.status, answer.body.decode()) == (400, text)
    assert answer.is_stored_by_nobody


@pytest.mark.parametrize(
    ("options", "is_progressive"),
    [("w=120", True), ("w=30", False), ("w=120,f=baseline-jpeg", False), ("w=120,f=jpeg", True)],
)
def test_a_jpeg_comes_in_scans_where_they_pay(
    delivery: DeliveryClient, photo: Image, flexible: None, options: str, is_progressive: bool
) -> None:
    with Picture.open(io.BytesIO(delivery.get(link(photo, options)).body)) as picture:
        assert bool(picture.info.get("progressive")) is is_progressive


def test_what_is_too_large_for_avif_is_webp(
    delivery: DeliveryClient, orchard: Account, stores: object, flexible: None
) -> None:
    large = upload(orchard, pictures.encode(pictures.draw_card(2_600, 2_000), "PNG", compress_level=1))
    answer = delivery.get(link(large, "q=90"), accept=ACCEPTS[2])
    assert (answer.status, answer.headers["content-type"]) == (200, WEBP)
    assert delivery.get(link(large, "w=900"), accept=ACCEPTS[2]).headers["content-type"] == AVIF
