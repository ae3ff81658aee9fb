"""Placeholder: what can be shown of a picture while it is on its way, small enough to stand in a page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import BinaryIO

from apps.imaging.colour import Colour
from apps.imaging.decoders import as_decoded, decode
from apps.imaging.engine import decoding
from apps.imaging.geometry import make_plan
from apps.imaging.headers import read_source_info
from apps.imaging.limits import Limits
from apps.imaging.pipeline import Task, to_8_bits, turn
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.thumbhash import MAX_SIDE, write_thumbhash

_RECIPE = Recipe(width=MAX_SIDE, height=MAX_SIDE)
_HALF_OPAQUE = 128


@dataclass(frozen=True, slots=True)
class Placeholder:
    """thumbhash: 5 to 25 bytes. dominant_colour: the most frequent one; None if all is clear."""

    thumbhash: bytes
    dominant_colour: Colour | None


def make_placeholder(source: BinaryIO, limits: Limits) -> Placeholder:
    """Return the placeholder of a picture, or of an animation's first frame, upright.

    `source` is a seekable file. Raises SourceError, LimitExceeded or TooLargeToProcess.
    """
    info = read_source_info(source)
    limits.check(info)
    info = as_decoded(info)
    plan = make_plan(_RECIPE, info)
    with decoding():
        frame = next(decode(source, info, plan.resized, is_animated=False))
        image = turn(to_8_bits(frame.image), Task(_RECIPE, plan, OutputFormat.PNG)).colourspace("srgb")
        pixels = (image if image.hasalpha() else image.addalpha()).write_to_memory()
    return Placeholder(write_thumbhash(pixels, *plan.size), find_dominant_colour(pixels))


def find_dominant_colour(pixels: bytes) -> Colour | None:
    """Return the mean of the fullest of 512 cells of colour, from RGBA pixels; None if all is clear."""
    counts: Counter[tuple[int, int, int]] = Counter()
    sums: dict[tuple[int, int, int], list[int]] = {}
    for at in range(0, len(pixels), 4):
        red, green, blue, alpha = pixels[at : at + 4]
        if alpha < _HALF_OPAQUE:
            continue
        cell = red >> 5, green >> 5, blue >> 5
        counts[cell] += 1
        total = sums.setdefault(cell, [0, 0, 0])
        for band, value in enumerate((red, green, blue)):
            total[band] += value
    if not counts:
        return None
    cell, count = max(counts.items(), key=lambda entry: (entry[1], entry[0]))
    return Colour(*(round(total / count) for total in sums[cell]))
