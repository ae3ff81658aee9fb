"""Mezzanine: a large original's stand-in, 2560 pixels wide or high, that smaller renditions are made from.

From it a rendition of 24 megapixels takes a quarter of the time, of 100 megapixels a ninth and less. Whether
a rendition is made from it follows from the original's header facts and from what is asked, never from what
happens to exist: or the same link would get other bytes, depending on who came first. All geometry starts
from the original's size (geometry/plan.py), so a rendition's size is what it would be without.

A mezzanine is a rendition itself, under a fingerprint that no recipe of a user has.
"""

from __future__ import annotations

from fractions import Fraction

from apps.imaging.box import Size, round_half_up
from apps.imaging.geometry.plan import make_plan
from apps.imaging.geometry.turn import UPRIGHT
from apps.imaging.recipe import Fit, Metadata, OutputFormat, Recipe
from apps.imaging.recipe.gravity import Seek
from apps.imaging.recipe.trim import UNTRIMMED
from apps.imaging.source import SourceFormat, SourceInfo

# Below, a mezzanine saves little: 6 megapixels take 0.9 times as long from the original.
LEAST_PIXELS = 10_000_000
# Stands for all that follows: counted up when any of it changes, lest an old mezzanine pass for a new one.
FINGERPRINT = "mezzanine-1"
SIDE = 2560
# A progressive file would have to be decoded whole.
FORMAT = OutputFormat.BASELINE_JPEG
# A JPEG's decoder shrinks by 2, 4 or 8 and rounds up: 1707 rows become 427, which stand for 1708. The
# shift of a fraction of a pixel took SSIM at 320 pixels from 0.999 down to 0.97.
_BLOCK = 8
# libvips keeps all the colour from 90 on (4:4:4): twice the bytes, for thin coloured lines, which photos that
# were 4:2:0 before do not have. SSIM to a rendition of the original is 0.990 to 0.999 with either.
_LOSSY = (SourceFormat.JPEG, SourceFormat.HEIC, SourceFormat.AVIF)
_LOSSLESS = (SourceFormat.PNG, SourceFormat.WEBP, SourceFormat.TIFF, SourceFormat.BMP)  # WebP may be
_QUALITY = dict.fromkeys(_LOSSY, 89) | dict.fromkeys(_LOSSLESS, 92)


def has_mezzanine(info: SourceInfo) -> bool:
    """Whether an original is worth one, by header facts or by those kept at upload."""
    is_plain = info.format in _QUALITY and not info.is_animated and not info.has_alpha
    return is_plain and info.width * info.height >= LEAST_PIXELS


def make_recipe(info: SourceInfo) -> Recipe:
    """Return the recipe of an original's mezzanine: the whole of it, its shape kept to within four pixels."""
    width, height = find_size(info)
    return Recipe(width=width, height=height, fit=Fit.SQUEEZE, quality=_QUALITY[info.format])


def find_size(info: SourceInfo) -> Size:
    """Return the size of an original's mezzanine, upright."""
    width, height = info.oriented_size
    scale = Fraction(SIDE, max(width, height))
    across, down = (max(1, round_half_up(side * scale / _BLOCK)) * _BLOCK for side in (width, height))
    return across, down


def is_made_from_mezzanine(recipe: Recipe, output: OutputFormat, info: SourceInfo) -> bool:
    """Whether a rendition is made from its original's mezzanine.

    Not if it needs more than half the mezzanine's pixels, or too many along one side; nor if it is measured
    in pixels of the original (trim), says something of the original itself (facts, placeholder, EXIF), or
    looks for what a JPEG's ripples might move (entropy, a zoom to a face).
    """
    if not has_mezzanine(info) or not output.is_raster or recipe.trim != UNTRIMMED:
        return False
    if recipe.metadata is Metadata.KEEP and output.is_jpeg:
        return False
    if recipe.zoom and recipe.gravity.seek is Seek.FACE:
        return False
    plan = make_plan(recipe, info)
    there = UPRIGHT[info.orientation].lay(find_size(info))  # in the axes of the stored picture, as the plan's
    return not plan.is_crop_sought and all(
        2 * side**2 <= other**2 for side, other in zip(plan.resized, there, strict=True)
    )
