"""Brightness, contrast, gamma and saturation do what CSS's filters do, to the padding too."""

from __future__ import annotations

import pytest
from PIL import Image

from apps.imaging.options.grammar import parse, write
from apps.imaging.pixels.tones import make_curve, make_saturation
from apps.imaging.recipe import OutputFormat, Recipe
from tests import pictures
from tests.imaging.looking import colour, is_near, look, make

GREY, SKIN = (100, 100, 100), (200, 150, 100)


def shade(options: str, of: tuple[int, ...]) -> tuple[int, ...]:
    """Return what the options make of a colour."""
    mode = "RGBA" if len(of) == 4 else "RGB"
    return colour(look(make(pictures.encode(Image.new(mode, (8, 8), of), "PNG"), options).data), (4, 4))


@pytest.mark.parametrize(
    ("options", "of", "becomes"),
    [
        ("brightness=0.5", SKIN, (100, 75, 50)),
        ("brightness=2", GREY, (200, 200, 200)),
        ("brightness=2", SKIN, (255, 255, 200)),
        ("contrast=2", SKIN, (255, 173, 73)),
        ("contrast=0.5", (255, 0, 128), (191, 64, 128)),
        ("brightness=2,contrast=0.5", SKIN, (191, 191, 164)),
        ("gamma=0.5", GREY, (160, 160, 160)),
        ("gamma=2", GREY, (39, 39, 39)),
        ("saturation=0", SKIN, (157, 157, 157)),
        ("saturation=0.5", SKIN, (178, 153, 128)),
        ("saturation=2", SKIN, (243, 143, 43)),
        ("saturation=5", GREY, GREY),
        ("brightness=0.5,contrast=2", SKIN, (73, 23, 0)),
    ],
)
def test_it_works(options: str, of: tuple[int, ...], becomes: tuple[int, ...]) -> None:
    assert is_near(shade(options, of), becomes, within=1)


@pytest.mark.parametrize("name", ["brightness", "contrast", "gamma"])
def test_0_and_1_change_nothing(name: str) -> None:
    assert parse(f"{name}=0") == parse(f"{name}=1") == Recipe()
    assert make_curve(Recipe()) is None


def test_saturation_of_1_changes_nothing_and_0_does() -> None:
    assert parse("saturation=1") == Recipe()
    assert write(parse("saturation=0")) == "saturation=0"
    assert make_saturation(1) == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_opacity_stays() -> None:
    assert is_near(shade("brightness=0.5,saturation=0", (200, 150, 100, 77)), (79, 79, 79, 77), within=1)


def test_grey_stays_grey() -> None:
    source = pictures.encode(Image.new("L", (8, 8), 100), "PNG")
    picture = look(make(source, "brightness=2,saturation=3").data)
    assert (picture.mode, picture.getpixel((4, 4))) == ("L", 200)


def test_padding_changes_too() -> None:
    source = pictures.encode(Image.new("RGB", (80, 40), "red"), "PNG")
    picture = look(make(source, "w=80,h=80,fit=pad,brightness=0.5").data)
    assert is_near(colour(picture, (40, 5)), (128, 128, 128), within=1)
    assert is_near(colour(picture, (40, 40)), (128, 0, 0), within=1)


def test_every_frame_of_an_animation() -> None:
    rendered = make(pictures.animation("WEBP"), "saturation=0", OutputFormat.WEBP)
    picture = look(rendered.data).convert("RGB")
    red, green, blue = colour(picture, (15, 10))
    assert rendered.frames == 5
    assert max(red, green, blue) - min(red, green, blue) < 8
