"""The mezzanine: when a rendition is made from it, and that nobody can tell from the rendition."""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from apps.imaging.geometry.focus import Area, FocalPoints
from apps.imaging.headers import read_source_info
from apps.imaging.limits import Limits
from apps.imaging.mezzanine import FORMAT, SIDE, find_size, has_mezzanine, is_made_from_mezzanine, make_recipe
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.render import Rendered, render
from apps.imaging.source import SourceFormat, SourceInfo
from tests.bench.similarity import measure_ssim, read_pixels
from tests.imaging.looking import look
from tests.pictures import COPYRIGHT, draw_photo, encode, lay, make_exif

# Of no shape that divides evenly, and just large enough.
WIDTH, HEIGHT = 4001, 2667
POINTS = FocalPoints(Area(7000, 2500), ())
LIKE = 0.99
LIMITS = Limits(max_bytes=2**30)


@cache
def draw() -> Image.Image:
    return draw_photo(WIDTH, HEIGHT)


@cache
def original(orientation: int = 1, format_name: str = "JPEG") -> bytes:
    telling = {"exif": make_exif(orientation, is_telling=True), "quality": 92}
    return encode(lay(draw(), orientation), format_name, **(telling if format_name == "JPEG" else {}))


@cache
def mezzanine(orientation: int = 1, format_name: str = "JPEG") -> bytes:
    data = original(orientation, format_name)
    info = read_source_info(io.BytesIO(data))
    return render(io.BytesIO(data), make_recipe(info), FORMAT, limits=LIMITS).data


def make_both(
    options: str, output: OutputFormat = OutputFormat.PNG, *, orientation: int = 1, format_name: str = "JPEG"
) -> tuple[Rendered, Rendered]:
    """Return what is made from the original, and from its mezzanine."""
    data, recipe = original(orientation, format_name), parse(options)
    info = read_source_info(io.BytesIO(data))
    assert is_made_from_mezzanine(recipe, output, info)
    direct = render(io.BytesIO(data), recipe, output, limits=LIMITS, known=POINTS)
    stand_in = io.BytesIO(mezzanine(orientation, format_name))
    size = info.oriented_size
    return direct, render(stand_in, recipe, output, limits=LIMITS, known=POINTS, stands_for=size)


def is_like(one: Rendered, other: Rendered) -> float:
    assert (one.width, one.height) == (other.width, other.height)
    assert look(one.data).size == look(other.data).size == (one.width, one.height)
    return measure_ssim(read_pixels(one.data), read_pixels(other.data))


def test_it_works() -> None:
    direct, made = make_both("w=512")
    assert (made.width, made.height) == (512, 341)
    assert is_like(direct, made) >= LIKE


@given(st.integers(40, 1800))
@settings(max_examples=25, deadline=None)
def test_every_width_is_the_same_picture(width: int) -> None:
    assert is_like(*make_both(f"w={width}")) >= LIKE


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("options", ["w=700", "h=333", "w=400,h=400,fit=cover,g=0.3x0.8", "w=300,rotate=90"])
def test_every_orientation_is_the_same_picture(orientation: int, options: str) -> None:
    assert is_like(*make_both(options, orientation=orientation)) >= LIKE


@pytest.mark.parametrize(
    "options",
    [
        "w=400,h=300,fit=cover,g=auto",
        "w=400,h=300,fit=cover,g=face",
        "w=400,h=300,fit=crop,g=left",
        "w=400,h=400,fit=pad,background=red",
        "w=900,h=200,fit=squeeze",
        "w=400,dpr=2.5",
        "w=500,flip=hv,border.width=5,border.color=blue",
        "w=500,blur=3",
        "w=500,sharpen=3",
        "w=500,sharpen=10",
        "w=500,brightness=1.5,contrast=1.5,gamma=0.7,saturation=1.5",
    ],
)
def test_whatever_is_done_to_it_it_is_the_same_picture(options: str) -> None:
    assert is_like(*make_both(options)) >= LIKE


@pytest.mark.parametrize("format_name", ["PNG", "WEBP", "TIFF"])
def test_formats_that_lose_nothing_keep_their_colours(format_name: str) -> None:
    direct, made = make_both("w=600", format_name=format_name)
    assert is_like(direct, made) >= LIKE
    with Image.open(io.BytesIO(mezzanine(format_name=format_name))) as picture:
        assert {layer[1:3] for layer in picture.layer} == {(1, 1)}  # type: ignore[attr-defined]


def test_a_jpeg_s_own_has_half_the_colour() -> None:
    with Image.open(io.BytesIO(mezzanine())) as picture:
        assert picture.layer[0][1:3] == (2, 2)  # type: ignore[attr-defined]
        assert "progressive" not in picture.info


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_colours_are_the_same_whatever_space_they_were_in(mode: str) -> None:
    data = encode(draw().convert(mode), "JPEG", quality=92)
    info, recipe = read_source_info(io.BytesIO(data)), parse("w=512")
    stand_in = render(io.BytesIO(data), make_recipe(info), FORMAT, limits=LIMITS).data
    direct = render(io.BytesIO(data), recipe, OutputFormat.PNG, limits=LIMITS)
    size = info.oriented_size
    made = render(io.BytesIO(stand_in), recipe, OutputFormat.PNG, limits=LIMITS, stands_for=size)
    one, other = read_pixels(direct.data).astype(int), read_pixels(made.data).astype(int)
    assert np.abs(one - other).mean() < 2
    assert measure_ssim(one, other) >= LIKE


@pytest.mark.parametrize("policy", ["copyright", "none"])
def test_metadata_stay_what_the_recipe_wants(policy: str) -> None:
    direct, made = make_both(f"w=300,metadata={policy}", OutputFormat.JPEG)
    told = [look(each.data).getexif() for each in (direct, made)]
    assert dict(told[0]) == dict(told[1])
    assert (told[1].get(0x8298) == COPYRIGHT.decode()) is (policy == "copyright")


INFO = SourceInfo(SourceFormat.JPEG, 6000, 4000)


@pytest.mark.parametrize(
    "info",
    [
        replace(INFO, width=3333, height=3000),
        replace(INFO, has_alpha=True),
        replace(INFO, format=SourceFormat.WEBP, frames=2),
        replace(INFO, format=SourceFormat.GIF),
        replace(INFO, format=SourceFormat.SVG),
    ],
)
def test_originals_that_have_none(info: SourceInfo) -> None:
    assert has_mezzanine(INFO)
    assert not has_mezzanine(info)
    assert not is_made_from_mezzanine(Recipe(width=100), OutputFormat.JPEG, info)


@pytest.mark.parametrize(
    "options",
    [
        "",
        "w=1808",
        "w=100,h=1400,fit=squeeze",
        "h=1210",
        "w=500,trim.left=1",
        "w=500,trim=border",
        "w=500,metadata=keep",
        "w=500,h=500,fit=cover,g=entropy",
        "w=500,h=500,fit=cover,g=face,zoom=0.5",
    ],
)
def test_recipes_that_want_the_original(options: str) -> None:
    assert is_made_from_mezzanine(parse("w=1800"), OutputFormat.JPEG, INFO)
    assert not is_made_from_mezzanine(parse(options), OutputFormat.JPEG, INFO)


@pytest.mark.parametrize("output", [OutputFormat.JSON, OutputFormat.PLACEHOLDER])
def test_what_is_about_the_original_is_told_from_it(output: OutputFormat) -> None:
    assert not is_made_from_mezzanine(parse("w=500"), output, INFO)


@given(st.integers(1, 12_000), st.integers(1, 12_000), st.integers(1, 8))
def test_its_shape_is_the_original_s(width: int, height: int, orientation: int) -> None:
    info = replace(INFO, width=width, height=height, orientation=orientation)
    size = find_size(info)
    assert max(size) == SIDE
    assert all(side % 8 == 0 for side in size)
    scale = Fraction(SIDE, max(width, height))
    assert all(
        abs(side - other * scale) <= 4 or side == 8
        for side, other in zip(size, info.oriented_size, strict=True)
    )


def test_its_own_recipe_is_never_made_from_it() -> None:
    assert not is_made_from_mezzanine(make_recipe(INFO), FORMAT, INFO)


def test_what_draws_the_eye_is_never_looked_for_in_it() -> None:
    recipe = parse("w=400,h=300,fit=cover,g=auto")
    with pytest.raises(ValueError, match="originals only"):
        render(io.BytesIO(mezzanine()), recipe, OutputFormat.PNG, limits=LIMITS, stands_for=(WIDTH, HEIGHT))
