"""A border lies around the finished picture and makes it larger."""

from __future__ import annotations

import pytest
from PIL import Image

from apps.imaging.box import Box
from apps.imaging.errors import LimitExceeded
from apps.imaging.geometry.plan import make_plan
from apps.imaging.options.grammar import from_mapping, parse, to_mapping
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.recipe.border import Border
from apps.imaging.recipe.colour import Colour
from apps.imaging.source import SourceFormat, SourceInfo
from tests import pictures
from tests.imaging.looking import colour, is_near, look, make

RED = Colour(255, 0, 0)


def test_it_works() -> None:
    picture = look(make(pictures.encode(pictures.draw_card(), "PNG"), "w=30,border=blue;5").data)
    assert picture.size == (40, 30)
    assert colour(picture, (4, 4)) == colour(picture, (35, 25)) == pictures.BLUE
    assert colour(picture, (6, 6)) == pictures.RED


@pytest.mark.parametrize(
    ("options", "border"),
    [
        ("border=red;5", Border(RED, 5, 5, 5, 5)),
        ("border=rgb(255,0,0);5", Border(RED, 5, 5, 5, 5)),
        ("border.color=red,border.width=5,border.top=1", Border(RED, 1, 5, 5, 5)),
        ("border.left=3", Border(left=3)),
        ("border=red;wide", Border()),
    ],
)
def test_text(options: str, border: Border) -> None:
    assert parse(options) == Recipe(border=border)


@pytest.mark.parametrize(
    ("mapping", "border"),
    [
        ({"color": "#f00", "width": 5}, Border(RED, 5, 5, 5, 5)),
        ({"color": "red", "top": 1, "bottom": 2}, Border(RED, top=1, bottom=2)),
        ("red;5", Border(RED, 5, 5, 5, 5)),
    ],
)
def test_objects(mapping: object, border: Border) -> None:
    recipe = from_mapping({"border": mapping})
    assert recipe == Recipe(border=border)
    assert from_mapping(to_mapping(recipe)) == recipe


def test_geometry() -> None:
    info = SourceInfo(SourceFormat.PNG, 60, 40)
    options = "w=60,h=60,fit=pad,dpr=1.5,border.top=1,border.right=2,border.left=4"
    found = make_plan(parse(options), info)
    assert (found.padded, found.bordered) == (Box(0, 15, 90, 60), Box(6, 2, 90, 90))
    assert (found.canvas, found.size) == ((90, 90), (99, 92))


def test_padding_turning_and_blurring_come_first() -> None:
    source = pictures.encode(pictures.draw_card(), "PNG")
    picture = look(make(source, "rotate=90,w=60,h=60,fit=pad,blur=5,brightness=0.5,border=red;10").data)
    assert picture.size == (80, 80)
    assert colour(picture, (40, 9)) == colour(picture, (9, 40)) == pictures.RED
    assert is_near(colour(picture, (11, 40)), (128, 128, 128), within=3)


def test_on_grey_and_on_glass() -> None:
    grey = pictures.encode(Image.new("L", (20, 10), 90), "PNG")
    assert colour(look(make(grey, "border=red;2").data), (0, 0)) == pictures.RED
    glass = look(make(pictures.transparent_png(), "border=00ff0080;2").data)
    assert colour(glass, (0, 0)) == (0, 255, 0, 128)
    assert colour(glass, (2, 41))[3] < 10


def test_in_an_animation() -> None:
    rendered = make(pictures.animation("WEBP"), "border=red;2", OutputFormat.WEBP)
    assert (rendered.width, rendered.height, rendered.frames) == (64, 44, 5)
    assert look(rendered.data).size == (64, 44)


def test_without_bounds() -> None:
    with pytest.raises(LimitExceeded, match="max_enlarged_side"):
        make(pictures.encode(pictures.draw_card(), "PNG"), "border=red;3000")
