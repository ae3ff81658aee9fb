"""The cost of the renderer's two verbs, put together from decoding, steps and encoding."""

from __future__ import annotations

from apps.imaging.cost.decoding import estimate_decoding
from apps.imaging.cost.encoding import estimate_encoding
from apps.imaging.cost.figure import Cost, make_cost
from apps.imaging.cost.steps import estimate_steps
from apps.imaging.geometry.focus import UNKNOWN, FocalPoints
from apps.imaging.geometry.plan import Plan, follows_subject, make_plan
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.recipe.gravity import Seek
from apps.imaging.source import SourceFormat, SourceInfo

_BANDS = 4
# In the small copy of a whole picture (aiming.py): 7 ms for what draws the eye, and for faces 111 in 960×640
# pixels without one, 147 in 960×960.
_EYE_MS, _FACES_MS = 7, 147


def estimate_inspection(info: SourceInfo) -> Cost:
    """Return the cost of decoding all of a source to keep nothing."""
    return estimate_decoding(info, is_whole=True)


def estimate_render(
    info: SourceInfo,
    recipe: Recipe,
    output: OutputFormat,
    generation: Generation,
    known: FocalPoints = UNKNOWN,
) -> Cost:
    """Return the cost of a rendition; a border still to be found is taken for none. Raises EmptyImage."""
    if info.format is SourceFormat.SVG:
        return estimate_decoding(info, is_whole=True)
    if output is OutputFormat.JSON and not recipe.trim.border.is_on:
        return Cost()
    plan = make_plan(recipe, info)
    is_animated = info.is_animated and recipe.anim and output.can_animate
    frames = info.frames if is_animated else 1
    steps = estimate_steps(recipe, plan, info)
    pixels = plan.size[0] * plan.size[1] * frames
    roll = make_cost(pixels=pixels, bytes_per_pixel=_BANDS) if is_animated else Cost()
    return (
        estimate_decoding(info, is_whole=is_animated)
        + _estimate_look(info, recipe, plan, known)
        + Cost(steps.cpu_ms * frames, steps.peak_bytes)
        + roll
        + estimate_encode(recipe, output, pixels, generation, is_animated=is_animated)
    )


def _estimate_look(info: SourceInfo, recipe: Recipe, plan: Plan, known: FocalPoints) -> Cost:
    """Return the cost of finding the subject, which is over before the rendition is begun."""
    seek = recipe.gravity.seek
    if seek is None or not follows_subject(recipe, plan) or known.find(seek) is not None:
        return Cost()
    looked_at = _EYE_MS if seek is Seek.AUTO else _EYE_MS + _FACES_MS
    return Cost(estimate_decoding(info, is_whole=False).cpu_ms + looked_at)


def estimate_encode(
    recipe: Recipe, output: OutputFormat, pixels: int, generation: Generation, *, is_animated: bool = False
) -> Cost:
    """Return the cost of encoding so many pixels in all; of an animation, one frame at a time is held."""
    cost = estimate_encoding(output, pixels, recipe, generation)
    return Cost(cost.cpu_ms, 0) if is_animated else cost
