"""Animations too large to transform go through as they are, but for what they tell; or their first frame."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from apps.imaging.cost import Cost
from apps.imaging.errors import EmptyImage, LimitExceeded
from apps.imaging.headers import read_source_info
from apps.imaging.limits import LargeAnimation, Limits
from apps.imaging.negotiate import choose_format
from apps.imaging.options.grammar import parse
from apps.imaging.passing import find_passage
from apps.imaging.recipe import FormatChoice, OutputFormat, Recipe
from apps.imaging.render import render
from apps.imaging.rendered import Rendered
from apps.imaging.source import SourceFormat, SourceInfo
from tests import pictures
from tests.imaging.recipes import recipes

# Five frames of 60 × 40 are 12,000 pixels.
LARGE = Limits(large_animation_pixels=11_999)
STILL = replace(LARGE, large_animation=LargeAnimation.FIRST_FRAME)
BROWSER = "image/avif,image/webp"


def refuse(cost: Cost) -> None:
    raise AssertionError(f"it was to be decoded: {cost}")


def deliver(data: bytes, options: str, limits: Limits = LARGE, accept: str = BROWSER) -> Rendered:
    """Return what a viewer gets: the format is chosen as the delivery plane does."""
    recipe, info = parse(options), read_source_info(io.BytesIO(data))
    return render(io.BytesIO(data), recipe, choose_format(recipe, info, accept, limits), limits=limits)


@pytest.mark.parametrize("format_name", ["GIF", "WEBP", "PNG"])
def test_it_works(format_name: str) -> None:
    telling = {"comment": pictures.CANARY, "exif": pictures.make_exif(1, is_telling=True)}
    data = pictures.animation(format_name, **telling)
    assert pictures.CANARY in data
    recipe, output = parse("w=30"), OutputFormat(format_name.lower())
    assert choose_format(recipe, read_source_info(io.BytesIO(data)), "", LARGE) is output
    passed = render(io.BytesIO(data), recipe, output, limits=LARGE, admit=refuse)
    assert (passed.width, passed.height, passed.frames, passed.format) == (60, 40, 5, output)
    assert pictures.CANARY not in passed.data
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(passed.data)) as after:
        assert after.n_frames == 5
        for number in range(5):
            before.seek(number)
            after.seek(number)
            assert after.convert("RGBA").tobytes() == before.convert("RGBA").tobytes()


def test_a_gif_without_its_end() -> None:
    data = pictures.animation("GIF")
    assert data.endswith(b"\0;")
    assert deliver(data[:-1], "w=30").data == deliver(data, "w=30").data


@pytest.mark.parametrize(
    ("options", "accept", "expected"),
    [
        ("", BROWSER, OutputFormat.GIF),
        ("", "", OutputFormat.GIF),
        ("w=30,h=30,fit=cover,blur=5", BROWSER, OutputFormat.GIF),
        ("f=webp", "", OutputFormat.GIF),
        ("compression=fast", BROWSER, OutputFormat.GIF),
    ],
)
def test_it_goes_through_in_its_own_format(options: str, accept: str, expected: OutputFormat) -> None:
    rendered = deliver(pictures.animation("GIF"), options, accept=accept)
    assert (rendered.format, rendered.width, rendered.frames) == (expected, 60, 5)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("w=30,anim=false", OutputFormat.AVIF),
        ("w=30,f=jpeg", OutputFormat.JPEG),
        ("w=30,f=avif", OutputFormat.AVIF),
        ("w=30,draw.1.text=Olive", OutputFormat.AVIF),
    ],
)
def test_where_it_cannot_its_first_frame_stands_for_it(options: str, expected: OutputFormat) -> None:
    rendered = deliver(pictures.animation("GIF"), options)
    assert (rendered.format, rendered.width, rendered.frames) == (expected, 30, 1)


def test_an_animated_avif_cannot_be_stripped() -> None:
    rendered = deliver(pictures.animation("AVIF"), "w=30")
    assert (rendered.format, rendered.width, rendered.frames) == (OutputFormat.AVIF, 30, 1)


def test_the_first_frame_by_policy() -> None:
    rendered = deliver(pictures.animation("GIF"), "w=30", STILL)
    assert (rendered.format, rendered.width, rendered.frames) == (OutputFormat.AVIF, 30, 1)
    assert deliver(pictures.animation("GIF"), "w=30,f=webp", STILL).frames == 1


@pytest.mark.parametrize("options", ["w=30,f=json", "w=30,h=30,fit=cover,rotate=90,f=placeholder"])
def test_what_is_told_about_it_is_about_what_goes_through(options: str) -> None:
    told = deliver(pictures.animation("GIF"), options)
    assert (told.width, told.height) == (60, 40)
    facts = json.loads(told.data)
    assert (facts["width"], facts["height"]) == (60, 40)
    assert deliver(pictures.animation("GIF"), f"{options},anim=false").width == 30


def test_what_is_not_too_large_is_transformed() -> None:
    rendered = deliver(pictures.animation("GIF"), "w=30", Limits(large_animation_pixels=12_000))
    assert (rendered.format, rendered.width, rendered.frames) == (OutputFormat.WEBP, 30, 5)


@pytest.mark.parametrize(
    ("format_name", "options", "others"),
    [("PNG", "w=30", "w=30,f=png"), ("WEBP", "w=5000,fit=contain,f=webp", "w=5000,fit=contain,f=avif")],
)
def test_its_own_format_is_one_file_whoever_asks(format_name: str, options: str, others: str) -> None:
    data = pictures.animation(format_name)
    one, other = deliver(data, options), deliver(data, others)
    assert (one.frames, one.data) == (5, other.data)


@given(
    recipe=recipes(),
    choices=st.lists(st.sampled_from(FormatChoice), min_size=2, max_size=2),
    accepts=st.lists(st.sampled_from(["", "image/webp", BROWSER]), min_size=2, max_size=2),
    source=st.sampled_from([SourceFormat.GIF, SourceFormat.WEBP, SourceFormat.PNG, SourceFormat.AVIF]),
)
def test_one_key_is_one_picture(
    recipe: Recipe, choices: list[FormatChoice], accepts: list[str], source: SourceFormat
) -> None:
    info = SourceInfo(source, 60, 40, frames=5, has_alpha=True)
    asked = [replace(recipe, format=choice) for choice in choices]
    keys, passed = set(), set()
    for each, accept in zip(asked, accepts, strict=True):
        try:
            output = choose_format(each, info, accept, LARGE)
        except EmptyImage:  # nothing of it would be left
            return
        keys.add((each.fingerprint, output))
        passed.add(output is find_passage(each, info, LARGE))
    assert len(passed) <= len(keys)


def test_the_usual_edge() -> None:
    half = SourceInfo(SourceFormat.GIF, 1_000, 1_000, frames=50, has_alpha=True)
    assert choose_format(parse(""), half, BROWSER, Limits()) is OutputFormat.WEBP
    assert choose_format(parse(""), replace(half, frames=51), BROWSER, Limits()) is OutputFormat.GIF
    with pytest.raises(LimitExceeded, match="max_animation_pixels"):
        Limits().check(replace(half, frames=101))
