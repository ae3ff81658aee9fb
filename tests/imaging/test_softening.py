"""A wide blur is made small and looks like one that was not."""

from __future__ import annotations

import io
import math

import pytest
import pyvips
from PIL import Image, ImageChops, ImageDraw

from apps.imaging.limits import Limits
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.render import render
from apps.imaging.softening import soften
from tests import pictures


def as_vips(width: int, height: int) -> pyvips.Image:
    photo = pictures.draw_photo(width, height)
    return pyvips.Image.new_from_memory(photo.tobytes(), width, height, 3, "uchar").copy(
        interpretation="srgb"
    )


@pytest.mark.parametrize("sigma", [2.0, 8.0, 12.5, 25.0, 60.0, 125.0])
def test_it_works(sigma: float) -> None:
    image = as_vips(601, 397)
    softened, exact = soften(image, sigma), image.gaussblur(sigma)
    assert (softened.width, softened.height, softened.format) == (601, 397, "uchar")
    difference = (softened.cast("float") - exact.cast("float")) ** 2
    assert difference.avg() == 0 or 10 * math.log10(255**2 / difference.avg()) > 40


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (500, 3)])
def test_a_picture_smaller_than_its_blur(size: tuple[int, int]) -> None:
    softened = soften(as_vips(*size), 125.0)
    assert (softened.width, softened.height) == size
    assert softened.copy_memory().avg() >= 0


def test_what_is_hidden_does_not_shine_through() -> None:
    """A red disc lies on blue that is clear: however wide the blur, no blue may be seen around it."""
    picture = Image.new("RGBA", (400, 400), (0, 0, 255, 0))
    ImageDraw.Draw(picture).ellipse((140, 140, 260, 260), fill=(255, 0, 0, 255))
    source = io.BytesIO(pictures.encode(picture, "PNG"))
    rendered = render(source, parse("blur=100"), OutputFormat.PNG, limits=Limits())
    with Image.open(io.BytesIO(rendered.data)) as softened:
        red, _, blue, opacity = softened.split()
        seen = opacity.point(lambda value: 255 * (value > 8))
        assert opacity.getextrema()[1] > 30
        assert ImageChops.darker(blue, seen).getextrema()[1] <= 8
        assert ImageChops.darker(red, seen).getextrema()[1] >= 240
