"""Options can be read from text and from objects, and are written in one way."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.imaging.errors import OptionsError
from apps.imaging.options.grammar import MAX_TEXT_LENGTH, from_mapping, parse, to_mapping, write
from apps.imaging.options.table import OPTIONS, OVERLAY_OPTIONS
from apps.imaging.recipe import AutoWidth, Compression, Fit, Flip, FormatChoice, Metadata, Recipe
from apps.imaging.recipe.colour import Colour
from apps.imaging.recipe.gravity import SIDES, SOUGHT, Gravity, Mode
from apps.imaging.recipe.overlay import Overlay
from tests.imaging.recipes import recipes


def test_it_works() -> None:
    recipe = parse("w=400,h=300,fit=cover,g=0.33x0.5,q=60,f=webp")
    assert recipe == Recipe(
        width=400,
        height=300,
        fit=Fit.COVER,
        gravity=Gravity(3_300, 5_000),
        quality=60,
        format=FormatChoice.WEBP,
    )
    assert write(recipe) == "fit=cover,format=webp,gravity=0.33x0.5,height=300,quality=60,width=400"
    assert to_mapping(recipe) == {
        "fit": "cover",
        "format": "webp",
        "gravity": "0.33x0.5",
        "height": 300,
        "quality": 60,
        "width": 400,
    }


@pytest.mark.parametrize(
    ("text", "recipe"),
    [
        ("", Recipe()),
        ("width=400", Recipe(width=400)),
        ("w=400,w=300", Recipe(width=300)),
        ("width=400.0", Recipe(width=400)),
        ("fit=scale-down", Recipe()),
        ("g=left", Recipe(gravity=SIDES["left"])),
        ("g=0x0.5", Recipe(gravity=SIDES["left"])),
        ("g=1x1", Recipe(gravity=Gravity(10_000, 10_000))),
        ("g=auto", Recipe(gravity=SOUGHT["auto"])),
        ("g=entropy", Recipe(gravity=SOUGHT["entropy"])),
        ("g=face,face-zoom=0.25", Recipe(gravity=SOUGHT["face"], zoom=0.25)),
        ("g=0.5x0;box-center", Recipe(gravity=Gravity(5_000, 0, Mode.BOX_CENTER))),
        ("g=0.5x0;remainder", Recipe(gravity=SIDES["top"])),
        ("f=json", Recipe(format=FormatChoice.JSON)),
        ("f=placeholder", Recipe(format=FormatChoice.PLACEHOLDER)),
        ("f=png-force", Recipe(format=FormatChoice.PNG)),
        ("q=high", Recipe(quality=90)),
        ("q=medium-high", Recipe(quality=70)),
        ("q=medium-low", Recipe(quality=50)),
        ("q=low", Recipe(quality=35)),
        ("scq=50", Recipe(slow_connection_quality=50)),
        ("slow-connection-quality=low", Recipe(slow_connection_quality=35)),
        ("max-bytes=50000", Recipe(max_bytes=50_000)),
        ("compression=fast", Recipe(compression=Compression.FAST)),
        ("width=auto", Recipe(width=AutoWidth.AUTO)),
        ("w=auto,wbreakpoints=640;320;320,wmobile=400", parse("w=auto,wmobile=400,wbreakpoints=320;640")),
        ("wbreakpoints=320;768;960;1200,wmobile=768,wdesktop=1200", Recipe()),
        ("upscale=interpolate,onerror=redirect", Recipe()),
        ("dpr=1.5", Recipe(dpr=1.5)),
        ("anim=false", Recipe(anim=False)),
        ("metadata=none", Recipe(metadata=Metadata.NONE)),
        ("background=#ff8000", Recipe(background=Colour(255, 128, 0))),
        ("background=rgb(255,128,0),w=9", Recipe(background=Colour(255, 128, 0), width=9)),
        ("background=rgb(240 40 145 / 50%)", Recipe(background=Colour(240, 40, 145, 128))),
        ("flip=hv,rotate=90", Recipe(flip=Flip.BOTH, rotate=90)),
        ("rotate=360", Recipe()),
        ("x=),w=5", Recipe(width=5)),
        ("blur=2.5,sharpen=1", Recipe(blur=2.5, sharpen=1)),
    ],
)
def test_text(text: str, recipe: Recipe) -> None:
    assert parse(text) == recipe


@pytest.mark.parametrize(
    "text",
    [
        "width=abc",
        "w=",
        "w",
        "w=1e3",
        "w=²",
        "w= 5",
        "w=10.5",
        "dpr=two",
        "unknown=1",
        ",,,",
        "=5",
        "blur=nan",
    ],
)
def test_what_is_no_number_or_unknown_is_ignored(text: str) -> None:
    assert parse(text) == Recipe()


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("f=jpg", "'jpg' is not a supported output format. Use 'jpeg', 'webp', 'avif', or 'json'", 2),
        ("w=5,f=gif", "'gif' is not a supported output format. Use 'jpeg', 'webp', 'avif', or 'json'", 6),
        ("width=0", "width must be between 1 and 12000", 6),
        ("w=-1", "width must be between 1 and 12000", 2),
        ("h=12001", "height must be between 1 and 12000", 2),
        ("w=999999999", "width must be between 1 and 12000", 2),
        ("q=101", "quality must be between 1 and 100", 2),
        ("dpr=0", "dpr must be between 0.1 and 3", 4),
        ("w=1,sharpen=11", "sharpen must be between 0 and 10", 12),
        ("blur=300", "blur must be between 0 and 250", 5),
        ("brightness=256", "brightness must be between 0 and 255", 11),
        ("contrast=255.5", "contrast must be between 0 and 255", 9),
        ("gamma=-1", "gamma must be between 0 and 255", 6),
        ("saturation=300", "saturation must be between 0 and 255", 11),
        ("border=5", "'5' is not a supported border. Use 'color;width'", 7),
        ("border=reddish;5", "'reddish' is not a colour", 7),
        ("border=red;-5", "border.width must be between 0 and 12000", 7),
        ("border.top=12001", "border.top must be between 0 and 12000", 11),
        ("rotate=45", "rotate must be 90, 180, or 270", 7),
        ("g=0.5x1.5", "gravity y must be between 0 and 1", 2),
        ("g=0.5x0.5;middle", "'middle' is not a supported gravity mode. Use 'remainder' or 'box-center'", 2),
        (
            "g=north",
            (
                "'north' is not a supported gravity. Use 'auto', 'entropy', 'face', 'center', 'left', "
                "'right', 'top', 'bottom', or '0.5x0.5'"
            ),
            2,
        ),
        ("scq=0", "slow-connection-quality must be between 1 and 100", 4),
        ("max-bytes=0", "max-bytes must be between 1 and 100000000", 10),
        ("wbreakpoints=320;0", "wbreakpoints must be between 1 and 12000", 13),
        ("wbreakpoints=" + "1;" * 20 + "1", "wbreakpoints may have at most 20 widths", 13),
        ("wmobile=12001", "wmobile must be between 1 and 12000", 8),
        ("compression=slow", "'slow' is not a supported compression. Use 'fast'", 12),
        ("upscale=generate", "upscale 'generate' is not offered by this server. Use 'interpolate'", 8),
        ("upscale=no", "'no' is not a supported upscale. Use 'interpolate'", 8),
        ("onerror=cry", "'cry' is not a supported onerror. Use 'redirect'", 8),
        ("zoom=1.5", "zoom must be between 0 and 1", 5),
        ("trim=1;2;3", "'1;2;3' is not a supported trim. Use 'top;right;bottom;left' or 'border'", 5),
        ("trim=1;2;3;-4", "trim.left must be whole pixels, or a share between 0 and 1", 5),
        ("w=9,trim.top=1.5", "trim.top must be whole pixels, or a share between 0 and 1", 13),
        ("trim.border.tolerance=256", "trim.border.tolerance must be between 0 and 255", 22),
        ("trim.border.color=reddish", "'reddish' is not a colour", 18),
        ("flip=x", "'x' is not a supported flip. Use 'h', 'v', or 'hv'", 5),
        ("anim=maybe", "'maybe' is not a supported anim. Use 'true' or 'false'", 5),
        ("background=reddish", "'reddish' is not a colour", 11),
        ("f=\r\nX", "'??X' is not a supported output format. Use 'jpeg', 'webp', 'avif', or 'json'", 2),
        ("w" * 2_049, "options may have at most 2048 characters", MAX_TEXT_LENGTH),
    ],
)
def test_refusals(text: str, message: str, position: int) -> None:
    with pytest.raises(OptionsError) as caught:
        parse(text)
    assert (str(caught.value), caught.value.position) == (message, position)


@given(recipes())
def test_what_is_written_is_read(recipe: Recipe) -> None:
    assert parse(write(recipe)) == recipe
    assert from_mapping(to_mapping(recipe)) == recipe


@given(recipes())
def test_the_canonical_text_is_stable(recipe: Recipe) -> None:
    text = write(recipe)
    assert write(parse(text)) == text
    assert text.isascii()
    assert not set(text) & set(" #?&/()")


@given(st.text(max_size=200))
def test_any_text_is_a_recipe_or_an_options_error(text: str) -> None:
    refusal = None
    try:
        recipe = parse(text)
    except OptionsError as error:
        refusal = error
    if refusal is None:
        assert parse(write(recipe)) == recipe
    else:
        assert refusal.position is not None
        assert str(refusal).isprintable()


def test_every_option_has_a_field_and_a_summary() -> None:
    only_checked = {"upscale", "onerror"}
    for kind, table in ((Recipe, OPTIONS), (Overlay, OVERLAY_OPTIONS)):
        names = {option.name.partition(".")[0] for option in table}
        with_fields = {entry.name.replace("_", "-") for entry in fields(kind)}
        assert names - only_checked == with_fields - {"draw"}
        assert all(option.summary for option in table)


@given(recipes())
def test_whatever_a_recipe_says_has_a_row(recipe: Recipe) -> None:
    names = {option.name for option in OPTIONS} | {f"draw.{option.name}" for option in OVERLAY_OPTIONS}
    assert {re.sub(r"^draw\.[1-5]", "draw", name) for name in recipe.settings()} <= names


@pytest.mark.parametrize(
    ("options", "recipe"),
    [
        ({}, Recipe()),
        ({"width": 200.0, "fit": "Cover"}, Recipe(width=200, fit=Fit.COVER)),
        ({"width": "200"}, Recipe(width=200)),
        ({"width": None}, Recipe()),
        ({"anim": False}, Recipe(anim=False)),
        ({"gravity": {"x": 0.5, "y": 0, "mode": "box-center"}}, parse("g=0.5x0;box-center")),
        ({"gravity": {"x": 0, "y": 0.5}}, Recipe(gravity=SIDES["left"])),
        ({"blur": 0.125}, Recipe(blur=0.12)),
    ],
)
def test_objects(options: dict[str, Any], recipe: Recipe) -> None:
    assert from_mapping(options) == recipe


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"wdth": 1}, "wdth"),
        ({"width": True}, "width"),
        ({"width": "wide"}, "width"),
        ({"width": [1]}, "width"),
        ({"width": {}}, "width"),
        ({"width": float("nan")}, "width"),
        ({"width": float("inf")}, "width"),
        ({"width": 10**400}, "width"),
        ({"width": -1}, "width"),
        ({"fit": "stretch"}, "fit"),
        ({"fit": 5}, "fit"),
        ({"gravity": {"x": 0.5}}, "gravity"),
        ({"gravity": {"x": 2, "y": 0}}, "gravity x"),
        ({"gravity": {"x": 0, "y": 0, "z": 0}}, "gravity"),
        ({"trim": {"topp": 5}}, "trim.topp"),
        ({"trim": {}}, "trim"),
        ({"trim": [1, 2, 3, 4]}, "trim"),
        ({"trim": {"border": {"color": {}}}}, "trim.border.color"),
        ({"width": {"width": {"width": 5}}}, "width"),
        ({"anim": 1}, "anim"),
        ({"background": 5}, "colour"),
    ],
)
def test_objects_that_are_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionsError, match=says) as caught:
        from_mapping(options)
    assert caught.value.position is None
