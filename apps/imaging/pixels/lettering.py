"""Lettering: a text as a picture, clear around its letters."""

from __future__ import annotations

import io
import math
from fractions import Fraction

from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from apps.imaging.box import Box
from apps.imaging.limits import Limits
from apps.imaging.pixels.font import open_font
from apps.imaging.recipe.colour import Colour
from apps.imaging.recipe.overlay import Overlay
from apps.imaging.recipe.signs import compose

# The font's lines are compressed to a hundredth of their pixels in no time; more effort gains little.
_PNG_LEVEL = 1


def letter(overlay: Overlay, dpr: Fraction, limits: Limits) -> io.BytesIO:
    """Return an overlay's text as a PNG, so that all that is done to pictures can be done to it.

    Lines end where the text has line breaks, and nowhere else. The picture is as wide as the longest, and as
    high as the font's lines are, whatever letters are in them. Raises LimitExceeded before a pixel is made.
    """
    lines = compose(overlay.text).split("\n")
    font = open_font(overlay.size * dpr, overlay.weight)
    box = _measure(lines, font)
    limits.check_text(box.size)
    mask = PillowImage.new("L", box.size)
    drawing = ImageDraw.Draw(mask)
    for line, baseline in zip(lines, _list_baselines(lines, font), strict=True):
        drawing.text((-box.left, baseline - box.top), line, fill=255, font=font, anchor="ls")
    file = io.BytesIO()
    _paint(mask, overlay.color).save(file, "PNG", compress_level=_PNG_LEVEL)
    return file


def _list_baselines(lines: list[str], font: ImageFont.FreeTypeFont) -> list[int]:
    ascent, descent = font.getmetrics()
    return [ascent + number * (ascent + descent) for number in range(len(lines))]


def _measure(lines: list[str], font: ImageFont.FreeTypeFont) -> Box:
    """Return the box of all lines, and of all ink, which may stand out: a `j` to the left, Ǻ above."""
    left = top = right = 0
    bottom = sum(font.getmetrics()) * len(lines)
    for line, baseline in zip(lines, _list_baselines(lines, font), strict=True):
        ink = font.getbbox(line, anchor="ls")
        left, right = (
            min(left, math.floor(ink[0])),
            max(right, math.ceil(ink[2]), math.ceil(font.getlength(line))),
        )
        top, bottom = min(top, baseline + math.floor(ink[1])), max(bottom, baseline + math.ceil(ink[3]))
    return Box(left, top, max(1, right - left), max(1, bottom - top))


def _paint(mask: PillowImage.Image, colour: Colour) -> PillowImage.Image:
    """Return letters in a colour; in grey if it is one, so that a grey picture may stay one."""
    opacity = mask.point([round(value * colour.alpha / 255) for value in range(256)])
    if len(set(colour.rgb)) == 1:
        return PillowImage.merge("LA", [PillowImage.new("L", mask.size, colour.red), opacity])
    painted = PillowImage.new("RGB", mask.size, colour.rgb)
    painted.putalpha(opacity)
    return painted
