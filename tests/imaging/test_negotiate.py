"""The format follows the recipe, the source and the Accept header."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.imaging.errors import SvgConversion
from apps.imaging.limits import Limits
from apps.imaging.negotiate import accepted_formats, choose_format, is_negotiated
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.source import SourceFormat, SourceInfo

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
WEBP_ONLY = "image/webp,image/*,*/*;q=0.8"
JPEG = SourceInfo(SourceFormat.JPEG, 1080, 720)
PNG = SourceInfo(SourceFormat.PNG, 1080, 720)
LIMITS = Limits()
ANIMATION = SourceInfo(SourceFormat.GIF, 100, 100, frames=9, has_alpha=True)


def test_it_works() -> None:
    assert choose_format(parse("w=400"), JPEG, CHROME, LIMITS) is OutputFormat.AVIF
    assert choose_format(parse("w=400"), JPEG, WEBP_ONLY, LIMITS) is OutputFormat.WEBP
    assert choose_format(parse("w=400"), JPEG, "*/*", LIMITS) is OutputFormat.JPEG
    assert is_negotiated(parse("w=400"))
    assert not is_negotiated(parse("w=400,f=webp"))
    assert not is_negotiated(parse("w=400,compression=fast"))


@pytest.mark.parametrize(
    ("source", "options", "accept", "output"),
    [
        (JPEG, "", "", OutputFormat.JPEG),
        (PNG, "", "image/*", OutputFormat.PNG),
        (ANIMATION, "anim=false", "", OutputFormat.PNG),
        (SourceInfo(SourceFormat.WEBP, 9, 9), "", "", OutputFormat.JPEG),
        (SourceInfo(SourceFormat.WEBP, 9, 9, has_alpha=True), "", "", OutputFormat.PNG),
        (SourceInfo(SourceFormat.HEIC, 9, 9), "", "", OutputFormat.JPEG),
        (ANIMATION, "", CHROME, OutputFormat.WEBP),
        (ANIMATION, "", "image/avif", OutputFormat.GIF),
        (ANIMATION, "", "", OutputFormat.GIF),
        (ANIMATION, "anim=false", CHROME, OutputFormat.AVIF),
        (SourceInfo(SourceFormat.PNG, 9, 9, frames=3), "", "", OutputFormat.GIF),
        (JPEG, "f=jpeg", CHROME, OutputFormat.JPEG),
        (JPEG, "f=baseline-jpeg", CHROME, OutputFormat.BASELINE_JPEG),
        (JPEG, "f=png", CHROME, OutputFormat.PNG),
        (JPEG, "f=avif", "", OutputFormat.AVIF),
        (ANIMATION, "f=jpeg", CHROME, OutputFormat.JPEG),
        (JPEG, "f=json", CHROME, OutputFormat.JSON),
        (JPEG, "f=json,compression=fast", "", OutputFormat.JSON),
        (JPEG, "f=placeholder", CHROME, OutputFormat.PLACEHOLDER),
        (ANIMATION, "f=placeholder,compression=fast", "", OutputFormat.PLACEHOLDER),
        (JPEG, "compression=fast", CHROME, OutputFormat.JPEG),
        (JPEG, "f=avif,compression=fast", CHROME, OutputFormat.JPEG),
        (PNG, "compression=fast", CHROME, OutputFormat.JPEG),
        (SourceInfo(SourceFormat.PNG, 9, 9, has_alpha=True), "compression=fast", "", OutputFormat.PNG),
        (
            SourceInfo(SourceFormat.PNG, 9, 9, has_alpha=True),
            "compression=fast,background=red",
            "",
            OutputFormat.JPEG,
        ),
        (
            SourceInfo(SourceFormat.PNG, 9, 9, has_alpha=True),
            "compression=fast,background=ff000080",
            "",
            OutputFormat.PNG,
        ),
        (ANIMATION, "compression=fast", CHROME, OutputFormat.GIF),
        (ANIMATION, "compression=fast,anim=false", CHROME, OutputFormat.PNG),
    ],
)
def test_choices(source: SourceInfo, options: str, accept: str, output: OutputFormat) -> None:
    assert choose_format(parse(options), source, accept, LIMITS) is output


@pytest.mark.parametrize(
    ("options", "accept", "output"),
    [
        ("", CHROME, OutputFormat.WEBP),
        ("", "image/avif", OutputFormat.JPEG),
        ("w=2500", CHROME, OutputFormat.AVIF),
        ("w=2600", CHROME, OutputFormat.WEBP),
        ("w=2500,max-bytes=90000", CHROME, OutputFormat.WEBP),
        ("f=avif,w=4000", "", OutputFormat.AVIF),
        ("f=avif", "", OutputFormat.WEBP),
        ("f=avif", CHROME, OutputFormat.WEBP),
        ("f=webp", "", OutputFormat.WEBP),
    ],
)
def test_a_large_result_is_not_worth_the_wait_for_avif(
    options: str, accept: str, output: OutputFormat
) -> None:
    large = SourceInfo(SourceFormat.JPEG, 6_000, 4_000)
    assert choose_format(parse(options), large, accept, LIMITS) is output


@pytest.mark.parametrize("options", ["", "f=webp", "f=avif"])
def test_what_webp_cannot_hold_stays_what_it_is(options: str) -> None:
    wide = SourceInfo(SourceFormat.JPEG, 20_000, 700)
    assert choose_format(parse(options), wide, CHROME, LIMITS) is OutputFormat.JPEG
    assert choose_format(parse(options), replace(wide, has_alpha=True), CHROME, LIMITS) is OutputFormat.PNG
    moving = replace(wide, format=SourceFormat.GIF, frames=2)
    expected = OutputFormat.PNG if options == "f=avif" else OutputFormat.GIF
    assert choose_format(parse(options), moving, CHROME, LIMITS) is expected
    fitting = replace(wide, width=16_383)
    assert choose_format(parse(options), fitting, WEBP_ONLY, LIMITS) is OutputFormat.WEBP


@pytest.mark.parametrize(
    ("accept", "formats"),
    [
        ("", set()),
        ("*/*", set()),
        ("image/*", set()),
        ("image/webp", {"webp"}),
        ("IMAGE/AVIF , image/webp;q=0.5", {"avif", "webp"}),
        ("image/avif;q=0,image/webp;q=0.000", set()),
        ("image/avif; q=0.001", {"avif"}),
        ("image/avifx,ximage/webp", set()),
        (",;,=;", set()),
    ],
)
def test_accept(accept: str, formats: set[str]) -> None:
    assert accepted_formats(accept) == formats


def test_what_is_to_be_drawn_is_not_left_out_of_a_drawing() -> None:
    drawing = SourceInfo(SourceFormat.SVG, 9, 9)
    with pytest.raises(SvgConversion):
        choose_format(parse("draw.text=ours"), drawing, CHROME, LIMITS)
    assert choose_format(parse("draw.text=ours,f=json"), drawing, CHROME, LIMITS) is OutputFormat.JSON
