"""format=json tells what a rendition would be, without making it."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from apps.imaging.errors import EmptyImage, LimitExceeded, NotAnImage
from apps.imaging.facts import are_facts
from apps.imaging.recipe import OutputFormat
from tests import pictures
from tests.imaging.looking import look, make


def tell(data: bytes, options: str = "") -> dict[str, object]:
    rendered = make(data, options, OutputFormat.JSON)
    facts = json.loads(rendered.data)
    assert (facts["width"], facts["height"]) == (rendered.width, rendered.height)
    assert isinstance(facts, dict)
    return facts


def test_it_works() -> None:
    """The shape is what the original's own tests assert, key by key."""
    data = pictures.encode(Image.new("RGB", (200, 100)), "PNG")
    assert tell(data, "w=50,h=50,fit=contain") == {
        "width": 50,
        "height": 25,
        "original": {"file_size": len(data), "width": 200, "height": 100, "format": "image/png"},
    }


@pytest.mark.parametrize(
    "options", ["w=70", "rotate=90,w=70", "w=50,h=50,fit=pad,border=red;3", "trim=1;2;3;4", "trim=border"]
)
def test_the_size_is_the_rendition_s(options: str) -> None:
    picture = Image.new("RGB", (100, 60))
    picture.paste(pictures.draw_card(), (10, 10))
    data = pictures.encode(pictures.lay(picture, 6), "PNG", exif=pictures.make_exif(6))
    facts = tell(data, options)
    assert (facts["width"], facts["height"]) == look(make(data, options).data).size
    assert isinstance(facts["original"], dict)
    assert (facts["original"]["width"], facts["original"]["height"]) == (100, 60)


def test_an_animation_tells_its_frames() -> None:
    original = tell(pictures.animation("WEBP"))["original"]
    assert isinstance(original, dict)
    assert (original["frames"], original["format"]) == (5, "image/webp")


def test_no_pixel_is_decoded() -> None:
    """Half a file has a whole header."""
    data = pictures.photo_jpeg()
    assert tell(data[: len(data) // 2])["width"] == 1200


def test_refusals() -> None:
    data = pictures.encode(pictures.draw_card(), "PNG")
    with pytest.raises(LimitExceeded, match="max_enlarged_side"):
        tell(data, "w=9000,fit=contain")
    with pytest.raises(EmptyImage):
        tell(data, "trim.left=60")
    with pytest.raises(NotAnImage):
        tell(b"no picture")


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[" * 900, b"\xff\xd8\xff", b'{"width":1,"height":1,"original":{},"x":1}', b" " * 2_000],
)
def test_what_are_no_facts(data: bytes) -> None:
    assert not are_facts(data)


def test_what_are() -> None:
    assert are_facts(make(pictures.animation("GIF"), "", OutputFormat.JSON).data)
