"""Margins: where a picture begins inside the uniform margin around it.

Looked for in all pixels of the stored picture, once: a search in a smaller copy is off by as many pixels as
it was shrunk, which leaves a hairline of the border or cuts into the picture.
"""

from __future__ import annotations

from fractions import Fraction
from typing import BinaryIO

import pyvips

from apps.imaging.box import Box, round_half_up
from apps.imaging.decoders import decode
from apps.imaging.engine import decoding
from apps.imaging.geometry import read_dpr, trim_edges
from apps.imaging.pipeline import to_8_bits
from apps.imaging.recipe import Recipe
from apps.imaging.source import SourceInfo
from apps.imaging.trim import BorderSearch


def trim(file: BinaryIO, recipe: Recipe, info: SourceInfo) -> Box:
    """Return what stays of a file's stored picture, or its first frame, after the recipe's trim.

    Decodes only if a border is to be looked for; errors are then those of decoding. Raises EmptyImage.
    """
    region, search = trim_edges(recipe, info), recipe.trim.border
    if not search.is_on:
        return region
    with decoding():
        frame = next(decode(file, info, is_animated=False))
        return _find_inside(frame.image, region, search, read_dpr(recipe))


def _find_inside(image: pyvips.Image, region: Box, search: BorderSearch, dpr: Fraction) -> Box:
    """Return the part of `region` without its border; all of it where nothing but border would be left."""
    image = to_8_bits(image).colourspace("srgb")
    image = image.crop(region.left, region.top, region.width, region.height).copy_memory()
    ground = list(search.color.rgb) if search.color else image.getpoint(0, 0)[:3]
    if search.color is None and image.hasalpha() and image.getpoint(0, 0)[3] == 0:
        # Clear all around: what is hidden below has no colour to compare.
        image, ground = image[3], [0]
    left, top, width, height = image.find_trim(threshold=search.tolerance, background=ground)
    if not width or not height:
        return region
    return _widen(Box(region.left + left, region.top + top, width, height), region, search.keep, dpr)


def _widen(inside: Box, region: Box, keep: int, dpr: Fraction) -> Box:
    """Return the box with so much of the border around it as is to be kept and there is."""
    margin = round_half_up(keep * dpr)
    left, top = max(region.left, inside.left - margin), max(region.top, inside.top - margin)
    right = min(region.left + region.width, inside.left + inside.width + margin)
    bottom = min(region.top + region.height, inside.top + inside.height + margin)
    return Box(left, top, right - left, bottom - top)
