"""The cost of what is looked for in a source before its rendition is begun; each search decodes it once."""

from __future__ import annotations

from apps.imaging.cost.decoding import estimate_decoding
from apps.imaging.cost.figure import BANDS, Cost, make_cost
from apps.imaging.geometry.focus import FocalPoints
from apps.imaging.geometry.plan import Plan, follows_subject
from apps.imaging.recipe import Recipe
from apps.imaging.recipe.gravity import Seek
from apps.imaging.source import SourceInfo

# A border is looked for in all pixels, kept (margins.py): 43 megapixels of JPEG take 626 ms, progressive ones
# 994, of which decoding is 109 and 519.
_BORDER_MS = 15
# In the small copy of a whole picture (aiming.py): 7 ms for what draws the eye, and for faces 111 in 960×640
# pixels without one, 147 in 960×960.
_EYE_MS, _FACES_MS = 7, 147


def estimate_searches(info: SourceInfo, recipe: Recipe, plan: Plan, known: FocalPoints) -> Cost:
    """Return the cost of finding the border and the subject, as far as the recipe needs them."""
    return _estimate_border(info, recipe).then(_estimate_look(info, recipe, plan, known))


def _estimate_border(info: SourceInfo, recipe: Recipe) -> Cost:
    if not recipe.trim.border.is_on:
        return Cost()
    pixels = info.width * info.height
    search = make_cost(pixels=pixels, ms_per_megapixel=_BORDER_MS, bytes_per_pixel=BANDS)
    return estimate_decoding(info, is_whole=False) + search


def _estimate_look(info: SourceInfo, recipe: Recipe, plan: Plan, known: FocalPoints) -> Cost:
    seek = recipe.gravity.seek
    if seek is None or not follows_subject(recipe, plan) or known.find(seek) is not None:
        return Cost()
    looked_at = _EYE_MS if seek is Seek.AUTO else _EYE_MS + _FACES_MS
    return estimate_decoding(info, is_whole=False) + Cost(looked_at)
