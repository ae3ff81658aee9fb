"""The cost of the renderer's two verbs, put together from decoding, steps and encoding."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from apps.imaging.cost.decoding import estimate_decoding
from apps.imaging.cost.encoding import estimate_encoding
from apps.imaging.cost.figure import BANDS, Cost, make_cost
from apps.imaging.cost.overlays import estimate_overlays
from apps.imaging.cost.searching import estimate_searches
from apps.imaging.cost.steps import estimate_steps
from apps.imaging.geometry.focus import UNKNOWN, FocalPoints
from apps.imaging.geometry.plan import make_plan, read_dpr
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.source import SourceFormat, SourceInfo


def estimate_inspection(info: SourceInfo) -> Cost:
    """Return the cost of decoding all of a source to keep nothing."""
    return estimate_decoding(info, is_whole=True)


def estimate_render(
    info: SourceInfo,
    recipe: Recipe,
    output: OutputFormat,
    generation: Generation,
    known: FocalPoints = UNKNOWN,
    overlays: Mapping[str, SourceInfo] = MappingProxyType({}),
) -> Cost:
    """Return the cost of a rendition; `overlays` are the sources of what the recipe draws, by image id.

    A border still to be found is taken for none. Raises EmptyImage.
    """
    if info.format is SourceFormat.SVG:
        return estimate_decoding(info, is_whole=True)
    plan = make_plan(recipe, info)
    searches = estimate_searches(info, recipe, plan, known)
    if output is OutputFormat.JSON:
        return searches if recipe.trim.border.is_on else Cost()
    is_animated = info.is_animated and recipe.anim and output.can_animate
    frames = info.frames if is_animated else 1
    steps = estimate_steps(recipe, plan, info)
    pixels = plan.size[0] * plan.size[1] * frames
    roll = make_cost(pixels=pixels, bytes_per_pixel=BANDS) if is_animated else Cost()
    drawing, drawn = estimate_overlays(recipe.draw, plan.size, read_dpr(recipe), overlays)
    rendition = (
        estimate_decoding(info, is_whole=is_animated)
        + Cost(steps.cpu_ms * frames, steps.peak_bytes)
        + roll
        + estimate_encode(recipe, output, pixels, generation, is_animated=is_animated)
    )
    return searches.then(drawing + drawn).then(rendition + drawn)


def estimate_encode(
    recipe: Recipe, output: OutputFormat, pixels: int, generation: Generation, *, is_animated: bool = False
) -> Cost:
    """Return the cost of encoding so many pixels in all; of an animation, one frame at a time is held."""
    cost = estimate_encoding(output, pixels, recipe, generation)
    return Cost(cost.cpu_ms, 0) if is_animated else cost
