"""What rendering will do is told beforehand, and it is what rendering then does."""

from __future__ import annotations

import io

import pytest

from apps.imaging.cost import Cost
from apps.imaging.errors import EmptyImage, LimitExceeded, SvgConversion
from apps.imaging.headers import read_source_info
from apps.imaging.limits import Limits
from apps.imaging.options.grammar import parse
from apps.imaging.prediction import Work, predict
from apps.imaging.recipe import OutputFormat
from apps.imaging.render import render
from tests import pictures

LIMITS = Limits()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
PHOTO = pictures.photo_jpeg(600, 400, orientation=6)
ANIMATION = pictures.animation("GIF")


@pytest.mark.parametrize(
    ("source", "options", "output", "work"),
    [
        (PHOTO, "w=100,h=100,fit=cover", OutputFormat.WEBP, Work.PICTURE),
        (PHOTO, "w=100,border.width=5,draw.text=Hi", OutputFormat.AVIF, Work.PICTURE),
        (PHOTO, "w=100,f=json", OutputFormat.JSON, Work.FACTS),
        (PHOTO, "w=100,f=placeholder", OutputFormat.PLACEHOLDER, Work.SKETCH),
        (ANIMATION, "w=20", OutputFormat.WEBP, Work.ANIMATION),
        (ANIMATION, "w=20", OutputFormat.PNG, Work.PICTURE),
        (SVG, "w=20", OutputFormat.SVG, Work.DRAWING),
        (SVG, "f=json", OutputFormat.JSON, Work.FACTS),
    ],
)
def test_it_works(source: bytes, options: str, output: OutputFormat, work: Work) -> None:
    file, recipe = io.BytesIO(source), parse(options)
    costs: list[Cost] = []
    rendered = render(file, recipe, output, limits=LIMITS, admit=costs.append)
    told = predict(read_source_info(file), recipe, output, limits=LIMITS)
    assert told.work is work
    assert [told.cost] == costs
    assert told.plan is None or told.plan.size == (rendered.width, rendered.height)
    assert (told.plan is None) is (source is SVG)


def test_a_large_animation_is_passed_through() -> None:
    info = read_source_info(io.BytesIO(ANIMATION))
    limits = Limits(large_animation_pixels=1)
    told = predict(info, parse("w=9"), OutputFormat.GIF, limits=limits)
    assert (told.work, told.plan, told.cost) == (Work.PASSAGE, None, Cost())
    facts = predict(info, parse("w=9"), OutputFormat.JSON, limits=limits)
    assert facts.plan is not None
    assert facts.plan.size == (info.width, info.height)


@pytest.mark.parametrize(
    ("source", "options", "output", "error"),
    [
        (PHOTO, "w=9000", OutputFormat.JPEG, None),
        (PHOTO, "w=9000,fit=contain", OutputFormat.JPEG, LimitExceeded),
        (PHOTO, "trim.left=300,trim.right=300", OutputFormat.JPEG, EmptyImage),
        (SVG, "w=9", OutputFormat.PNG, SvgConversion),
        (PHOTO, "w=9", OutputFormat.SVG, SvgConversion),
    ],
)
def test_what_would_be_refused_is(
    source: bytes, options: str, output: OutputFormat, error: type[Exception] | None
) -> None:
    file, recipe = io.BytesIO(source), parse(options)
    info = read_source_info(file)
    if error is None:
        predict(info, recipe, output, limits=LIMITS)
        return
    for act in (
        lambda: predict(info, recipe, output, limits=LIMITS),
        lambda: render(file, recipe, output, limits=LIMITS),
    ):
        with pytest.raises(error):
            act()


def test_what_only_pixels_can_answer_is_said() -> None:
    info = read_source_info(io.BytesIO(PHOTO))
    for options, count in (("w=50", 0), ("w=50,h=50,fit=cover,g=auto", 1), ("trim=border", 1)):
        told = predict(info, parse(options), OutputFormat.JPEG, limits=LIMITS)
        assert len(told.open_questions) == count, options
