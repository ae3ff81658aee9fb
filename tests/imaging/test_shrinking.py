"""A JPEG is shrunk by its decoder, and comes out at the size and in the colours it would have otherwise."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops, ImageStat

from apps.imaging.limits import Limits
from apps.imaging.options.grammar import parse
from apps.imaging.pixels.decoders import find_shrink
from apps.imaging.recipe import OutputFormat
from apps.imaging.render import render
from apps.imaging.source import SourceFormat, SourceInfo
from tests.pictures import draw_photo, encode


@pytest.mark.parametrize(
    ("width", "shrink"),
    [(1_200, 1), (858, 1), (429, 1), (428, 2), (215, 2), (214, 4), (108, 4), (107, 8), (1, 8)],
)
def test_what_is_left_is_a_little_larger_than_wanted(width: int, shrink: int) -> None:
    info = SourceInfo(SourceFormat.JPEG, 1_200, 800)
    assert find_shrink(info, (width, max(1, width * 2 // 3))) == shrink


def test_the_side_that_shrinks_less_decides() -> None:
    assert find_shrink(SourceInfo(SourceFormat.JPEG, 1_200, 800), (100, 500)) == 1


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("width", [1_199, 857, 600, 301, 151, 77, 13, 1])
def test_a_shrunk_picture_has_the_exact_size(mode: str, width: int) -> None:
    data = encode(draw_photo().convert(mode), "JPEG", quality=90)
    rendered = render(
        io.BytesIO(data), parse(f"w={width},h=37,fit=squeeze"), OutputFormat.PNG, limits=Limits()
    )
    with Image.open(io.BytesIO(rendered.data)) as picture:
        assert picture.size == (rendered.width, rendered.height) == (width, 37)


def test_cmyk_has_the_same_colours_at_any_size() -> None:
    data = encode(draw_photo().convert("CMYK"), "JPEG", quality=95)

    def look(options: str) -> Image.Image:
        made = render(io.BytesIO(data), parse(options), OutputFormat.PNG, limits=Limits()).data
        return Image.open(io.BytesIO(made)).convert("RGB").resize((60, 40), Image.Resampling.BOX)

    difference = ImageChops.difference(look("w=1200"), look("w=240"))
    assert max(ImageStat.Stat(difference).mean) < 1.5
