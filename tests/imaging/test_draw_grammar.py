"""Overlays in options: as numbered names in text, as a list in an object."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.imaging.errors import OptionsError
from apps.imaging.options.grammar import find_ignored, from_mapping, parse, to_mapping, write
from apps.imaging.options.table import OVERLAY_OPTIONS
from apps.imaging.recipe import Fit, Recipe
from apps.imaging.recipe.border import Border
from apps.imaging.recipe.colour import Colour
from apps.imaging.recipe.overlay import Composite, Overlay, Repeat
from apps.imaging.recipe.trim import Length, Trim
from tests.imaging.recipes import overlays

LOGO = Overlay(image="logo")
NAMES = [f"draw.{number}{option.name}" for number in ("", "1.", "2.", "70.") for option in OVERLAY_OPTIONS]
WORDS = st.sampled_from(
    ["0", "5", "0.5", "1.0", "red", "true", "x", "over", "cover", "a%2Cb", "%", "%0A", "border"]
)
_TOO_LONG = "options may have at most 2048 characters"


def test_it_works() -> None:
    text = (
        "w=800,draw.1.image=logo,draw.1.w=0.2,draw.1.right=16,draw.1.bottom=16,draw.1.opacity=0.5,"
        "draw.2.text=Hello,draw.2.size=48,draw.2.color=white"
    )
    logo = Overlay(image="logo", width=Length(2_000, is_share=True), right=16, bottom=16, opacity=0.5)
    hello = Overlay(text="Hello", size=48, color=Colour(255, 255, 255))
    recipe = parse(text)
    assert recipe == Recipe(width=800, draw=(logo, hello))
    assert write(recipe) == (
        "draw.1.bottom=16,draw.1.image=logo,draw.1.opacity=0.5,draw.1.right=16,draw.1.width=0.2,"
        "draw.2.color=ffffff,draw.2.size=48,draw.2.text=Hello,width=800"
    )
    mapping = {
        "width": 800,
        "draw": [
            {"image": "logo", "width": 0.2, "right": 16, "bottom": 16, "opacity": 0.5},
            {"text": "Hello", "size": 48, "color": "#ffffff"},
        ],
    }
    assert to_mapping(recipe) == mapping
    assert from_mapping(mapping) == recipe


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("draw.image=logo", [LOGO]),
        ("draw.image=logo,draw.1.opacity=0.5", [Overlay(image="logo", opacity=0.5)]),
        ("draw.image=logo,draw.image=seal", [Overlay(image="seal")]),
        (
            "draw.9.image=seal,draw.3.image=logo,draw.12.text=a",
            [LOGO, Overlay(image="seal"), Overlay(text="a")],
        ),
        ("draw.image=logo,draw.width=200", [Overlay(image="logo", width=Length(200))]),
        ("draw.image=logo,draw.width=1.0", [Overlay(image="logo", width=Length(10_000, is_share=True))]),
        ("draw.image=logo,draw.height=1", [Overlay(image="logo", height=Length(1))]),
        ("draw.image=logo,draw.width=wide,draw.widht=5", [LOGO]),
        ("draw.image=logo,draw.repeat=true", [Overlay(image="logo", repeat=Repeat.EVERYWHERE)]),
        ("draw.image=logo,draw.repeat=x,draw.top=0", [Overlay(image="logo", repeat=Repeat.ACROSS, top=0)]),
        ("draw.image=logo,draw.repeat=false", [LOGO]),
        ("draw.image=logo,draw.composite=xor", [Overlay(image="logo", composite=Composite.XOR)]),
        ("draw.image=logo,draw.fit=cover,draw.rotate=90", [Overlay(image="logo", fit=Fit.COVER, rotate=90)]),
        (
            "draw.1.image=logo,draw.1.trim=1;2;3;4,draw.1.border=red;5",
            [
                Overlay(
                    image="logo",
                    trim=Trim(Length(1), Length(2), Length(3), Length(4)),
                    border=Border(Colour(255, 0, 0), 5, 5, 5, 5),
                )
            ],
        ),
        (
            "draw.text=a,draw.border.width=2",
            [Overlay(text="a", border=Border(top=2, right=2, bottom=2, left=2))],
        ),
        ("draw.text=50%25%20off%2C%0Atoday", [Overlay(text="50% off,\ntoday")]),
        ("draw.text=caf%C3%A9", [Overlay(text="café")]),
        ("draw.text=café au lait", [Overlay(text="café au lait")]),
        ("draw.image=logos%2Fa%252Cb", [Overlay(image="logos/a%2Cb")]),
        ("draw.text=a(b,draw.opacity=0.5)", [Overlay(text="a(b,draw.opacity=0.5)")]),
        ("draw.0.image=logo,draw.01.image=logo,draw=logo,draw.=5", []),
    ],
)
def test_text(text: str, drawn: list[Overlay]) -> None:
    assert parse(text).draw == tuple(drawn)


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("draw.width=5", "draw.1 must have an image or a text, and not both", 0),
        ("w=1,draw.7.image=a,draw.7.text=a", "draw.7 must have an image or a text, and not both", 4),
        ("draw.9.text=a,draw.3.width=5", "draw.3 must have an image or a text, and not both", 14),
        ("draw.image=a,draw.top=0,draw.bottom=0", "draw.1 must not have both top and bottom", 0),
        ("draw.image=a,draw.left=0,draw.right=9", "draw.1 must not have both left and right", 0),
        ("draw.image=a,draw.color=red", "draw.1 must have a text for size, color and weight", 0),
        ("draw.1.opacity=1.5", "draw.1.opacity must be between 0 and 1", 15),
        ("draw.2.w=0", "draw.2.width must be between 1 and 12000 pixels, or a share between 0 and 1", 9),
        ("draw.width=0.0", "draw.1.width must be between 1 and 12000 pixels, or a share between 0 and 1", 11),
        ("draw.width=1.5", "draw.1.width must be whole pixels, or a share between 0 and 1", 11),
        (
            "draw.height=12001",
            "draw.1.height must be between 1 and 12000 pixels, or a share between 0 and 1",
            12,
        ),
        ("draw.left=-1", "draw.1.left must be between 0 and 12000", 10),
        ("draw.size=1001", "draw.1.size must be between 1 and 1000", 10),
        ("draw.weight=950", "draw.1.weight must be between 100 and 900", 12),
        ("draw.repeat=z", "'z' is not a supported draw.1.repeat. Use 'false', 'true', 'x', or 'y'", 12),
        ("draw.trim=1;2;3;-4", "draw.1.trim.left must be whole pixels, or a share between 0 and 1", 10),
        ("draw.border=red;-5", "draw.1.border.width must be between 0 and 12000", 12),
        ("draw.image=", "draw.1.image must have 1 to 1024 characters", 11),
        ("draw.text=" + "a" * 201, "draw.1.text must have 1 to 200 characters", 10),
        ("draw.text=%4", "draw.1.text must have two hexadecimal digits after %, which itself is %25", 10),
        ("draw.text=%FF", "draw.1.text must be UTF-8", 10),
        ("draw.text=a%00", "draw.1.text must not have control characters but line breaks (%0A)", 10),
        ("draw.image=a%0A", "draw.1.image must not have control characters", 11),
        (
            ",".join(f"draw.{number}.image=a" for number in range(9, 3, -1)),
            "at most 5 overlays may be drawn",
            5 * len("draw.9.image=a,"),
        ),
        ("draw.text=" + "\N{EURO SIGN}" * 200 + ",draw.2.text=" + "\N{EURO SIGN}" * 100, _TOO_LONG, 211),
        ("draw.text=" + "a" * 2_048, _TOO_LONG, 2_048),
    ],
)
def test_refusals(text: str, message: str, position: int) -> None:
    with pytest.raises(OptionsError) as caught:
        parse(text)
    assert (str(caught.value), caught.value.position) == (message, position)


@pytest.mark.parametrize(
    ("draw", "drawn"),
    [
        ([{"text": "HELLO, World 100%"}], [Overlay(text="HELLO, World 100%")]),
        ([{"text": "as forms\r\nsend it"}], [Overlay(text="as forms\nsend it")]),
        ([{"image": "a%2Cb"}], [Overlay(image="a%2Cb")]),
        ({"image": "logo"}, [LOGO]),
        ([{"image": "logo", "repeat": True}], [Overlay(image="logo", repeat=Repeat.EVERYWHERE)]),
        ([{"image": "logo", "composite": "Over", "top": None}], [LOGO]),
        ([{"image": "logo", "width": 0.25}], [Overlay(image="logo", width=Length(2_500, is_share=True))]),
        ([{"image": "logo", "width": 25}], [Overlay(image="logo", width=Length(25))]),
        ([{"image": "logo", "trim": {"left": 5}}], [Overlay(image="logo", trim=Trim(left=Length(5)))]),
        ([], []),
        (None, []),
    ],
)
def test_objects(draw: object, drawn: list[Overlay]) -> None:
    recipe = from_mapping({"draw": draw})
    assert recipe.draw == tuple(drawn)
    assert from_mapping(to_mapping(recipe)) == parse(write(recipe)) == recipe


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        ("logo", "draw must be a list of objects"),
        (["logo"], "draw must be a list of objects"),
        ([{"image": "a"}, {}], "draw.2 must have an image or a text, and not both"),
        ([{"url": "https://example.com/a.png"}], "'draw.1.url' is not an option"),
        ([{"image": 5}], "draw.1.image has a value of the wrong type"),
        ([{"image": "a", "trim": {"lefft": 5}}], "'draw.1.trim.lefft' is not an option"),
        ([{"text": "\ud800"}], "draw.1.text must be UTF-8"),
        ([{"text": "\r"}], "draw.1.text must not have control characters but line breaks (%0A)"),
        ([{"image": "a"}] * 6, "at most 5 overlays may be drawn"),
        ([{"text": "\N{EURO SIGN}" * 200}] * 2, "options may have at most 2048 characters"),
    ],
)
def test_objects_that_are_refused(draw: Any, message: str) -> None:
    with pytest.raises(OptionsError) as caught:
        from_mapping({"draw": draw})
    assert str(caught.value) == message


@given(st.lists(overlays(), max_size=3).map(tuple))
def test_what_is_written_is_read(drawn: tuple[Overlay, ...]) -> None:
    recipe = Recipe(draw=drawn)
    assert parse(write(recipe)) == from_mapping(to_mapping(recipe)) == recipe
    assert find_ignored(write(recipe)) == []


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=12) | WORDS), max_size=8))
def test_any_text_is_a_recipe_or_an_options_error(options: list[tuple[str, str]]) -> None:
    text = ",".join(f"{name}={value}" for name, value in options)
    refusal = None
    try:
        recipe = parse(text)
    except OptionsError as error:
        refusal = error
    if refusal is None:
        assert parse(write(recipe)) == from_mapping(to_mapping(recipe)) == recipe
    else:
        assert refusal.position is not None
        assert 0 <= refusal.position <= len(text)
        assert str(refusal).isprintable()


def test_what_is_ignored_is_said() -> None:
    text = "draw.image=a%2Cb,draw.widht=5,draw.2.text=a,draw.2.w=wide,draw.100.image=c"
    assert find_ignored(text) == ["draw.widht=5", "draw.2.w=wide", "draw.100.image=c"]


def test_nothing_in_a_canonical_text_has_to_be_quoted_but_its_own_quotes() -> None:
    image = "".join(map(chr, range(32, 127)))
    text = write(Recipe(draw=(Overlay(image=image),)))
    assert re.fullmatch(r"draw\.1\.image=([A-Za-z0-9._~-]|%[0-9A-F]{2})*", text)
    assert parse(text).drawn_images == (image,)


def test_the_drawn_images_are_named_once() -> None:
    recipe = parse("draw.1.image=b,draw.2.image=a,draw.3.text=c,draw.4.image=b")
    assert recipe.drawn_images == ("b", "a")
    assert Recipe().drawn_images == ()


def test_it_counts_in_the_fingerprint() -> None:
    one, other = (parse(f"w=400,draw.image=logo,draw.left={left}") for left in (0, 1))
    assert len({one.fingerprint, other.fingerprint, Recipe(width=400).fingerprint}) == 3
