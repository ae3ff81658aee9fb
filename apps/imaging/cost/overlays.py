"""The cost of what a recipe draws: each overlay is a picture of its own, made from its file up to be kept.

The same image drawn twice is made twice. One that lies beside the canvas counts as if it lay on it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from apps.imaging.box import Size
from apps.imaging.cost.decoding import estimate_decoding
from apps.imaging.cost.figure import BANDS, Cost, make_cost
from apps.imaging.cost.searching import estimate_searches
from apps.imaging.cost.steps import estimate_steps
from apps.imaging.errors import EmptyImage
from apps.imaging.geometry.focus import UNKNOWN
from apps.imaging.geometry.placing import as_recipe
from apps.imaging.geometry.plan import make_plan
from apps.imaging.limits import Limits
from apps.imaging.recipe.overlay import Overlay, Repeat
from apps.imaging.source import SourceFormat, SourceInfo

# 190 letters of 200 px, 9.6 megapixels: 145 ms (lettering.py). A mask, two copies of it, the painted picture.
_LETTERING_MS, _LETTERING_BYTES = 15, 8
# Of a letter's size: the widest (W, and Ǻ above its line) with room to spare.
_LETTER_WIDTH, _LINE_HEIGHT = 1, 1.5
# A text with more is refused before it is drawn.
_MOST_TEXT_PIXELS = Limits().max_text_pixels


def estimate_overlays(
    draw: tuple[Overlay, ...], canvas: Size, dpr: Fraction, sources: Mapping[str, SourceInfo]
) -> tuple[Cost, Cost]:
    """Return the cost of making all overlays, one after the other, and of keeping them, which takes no time.

    `sources` are those of the images they draw, by id; what is missing is refused before it costs anything.
    """
    work, kept = Cost(), Cost()
    for overlay in draw:
        info = _measure_text(overlay, dpr) if overlay.text else sources.get(overlay.image)
        if info is None or info.format is SourceFormat.SVG:
            continue
        made, held = _estimate_overlay(overlay, canvas, dpr, info)
        work, kept = work.then(made), kept + held
    return work, kept


def _estimate_overlay(overlay: Overlay, canvas: Size, dpr: Fraction, info: SourceInfo) -> tuple[Cost, Cost]:
    recipe = as_recipe(overlay, canvas, dpr)
    try:
        plan = make_plan(recipe, info)
    except EmptyImage:
        return Cost(), Cost()
    area, room = plan.size[0] * plan.size[1], canvas[0] * canvas[1]
    is_tiled = overlay.repeat is not Repeat.NEVER
    lettered = info.width * info.height if overlay.text else 0
    work = (
        make_cost(pixels=lettered, ms_per_megapixel=_LETTERING_MS, bytes_per_pixel=_LETTERING_BYTES)
        .then(estimate_searches(info, recipe, plan, UNKNOWN))
        .then(estimate_decoding(info, is_whole=False) + estimate_steps(recipe, plan, info))
    )
    tile = make_cost(pixels=area if is_tiled else 0, bytes_per_pixel=BANDS)
    return work + tile, make_cost(pixels=room if is_tiled else min(area, room), bytes_per_pixel=BANDS)


def _measure_text(overlay: Overlay, dpr: Fraction) -> SourceInfo:
    """Return the facts of the PNG a text becomes, with room to spare."""
    lines = overlay.text.split("\n")
    size = overlay.size * dpr
    height = math.ceil(size * len(lines) * _LINE_HEIGHT)
    width = math.ceil(size * max(map(len, lines)) * _LETTER_WIDTH)
    width = max(1, min(width, _MOST_TEXT_PIXELS // height))
    return SourceInfo(SourceFormat.PNG, width, height, has_alpha=True, samples=16)
