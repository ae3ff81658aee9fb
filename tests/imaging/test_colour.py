"""Colours are read as CSS writes them."""

from __future__ import annotations

import pytest
from PIL import ImageColor

from apps.imaging.recipe.colour import Colour, parse_colour


def test_it_works() -> None:
    assert parse_colour("#ff8000") == Colour(255, 128, 0)
    assert str(Colour(255, 128, 0)) == "ff8000"
    assert str(Colour(255, 128, 0, 127)) == "ff80007f"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("f80", "ff8800"),
        ("#F80C", "ff8800cc"),
        ("ff80007f", "ff80007f"),
        ("RebeccaPurple", "663399"),
        ("transparent", "00000000"),
        ("rgb(255,128,0)", "ff8000"),
        ("rgb(100%, 50%, 0%)", "ff8000"),
        ("rgba(255,128,0,0.5)", "ff800080"),
        ("rgb(999 -5 0)", "ff0000"),
        ("hsl(120,100%,25%)", "008000"),
        ("hsl(120deg 100% 25% / 50%)", "00800080"),
        ("hsl(-240 100 25)", "008000"),
    ],
)
def test_forms(text: str, written: str) -> None:
    colour = parse_colour(text)
    assert str(colour) == written
    assert parse_colour(written) == colour


@pytest.mark.parametrize("name", sorted(ImageColor.colormap))
def test_every_css_name(name: str) -> None:
    colour = parse_colour(name)
    assert colour is not None
    assert colour.rgb == ImageColor.getrgb(name)


@pytest.mark.parametrize(
    "text", ["", "#", "#12", "#12345", "reddish", "rgb(1,2)", "rgb(1,2,3,4,5)", "rgb(a,b,c)", "hsl(x,1%,1%)",
             "hsl(1,a,1)", "rgb((1,2,3))", "ff 80 00", "rgb(1,2,3"]
)  # fmt: skip
def test_refusals(text: str) -> None:
    assert parse_colour(text) is None
