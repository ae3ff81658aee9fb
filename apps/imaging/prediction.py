"""Prediction: what rendering will do and cost, from header facts alone; nothing is decoded, or even opened.

It goes the way of `render`, over the same checks and estimates, as far as that goes without pixels. A border
that is still to be found counts as none, and what follows the subject lies in the middle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

from apps.imaging.cost import Cost, estimate_render
from apps.imaging.errors import SvgConversion
from apps.imaging.geometry.focus import UNKNOWN, FocalPoints
from apps.imaging.geometry.plan import Plan, follows_subject, make_plan
from apps.imaging.limits import Limits
from apps.imaging.passing import find_passage, is_transformed_whole
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.source import SourceFormat, SourceInfo


class Work(Enum):
    """What a renderer does for a rendition; the value is a clause for people."""

    PASSAGE = "passed through as it is, without its metadata"
    DRAWING = "sanitised; a drawing takes no options"
    FACTS = "measured, without making a pixel"
    SKETCH = "made tiny, for a thumbhash and its dominant colour"
    ANIMATION = "decoded, transformed and encoded frame by frame"
    PICTURE = "decoded, transformed and encoded"


@dataclass(frozen=True, slots=True)
class Prediction:
    """`plan` is None where no pixels are moved; `open_questions` are what only the pixels can answer."""

    work: Work
    plan: Plan | None
    cost: Cost
    open_questions: tuple[str, ...] = ()


def predict(
    info: SourceInfo,
    recipe: Recipe,
    output: OutputFormat,
    generation: Generation = Generation.QUICK,
    *,
    limits: Limits,
    known: FocalPoints = UNKNOWN,
    overlays: Mapping[str, SourceInfo] = MappingProxyType({}),
) -> Prediction:
    """Return what `render` would do with such a source.

    Raises what can be told beforehand: LimitExceeded, EmptyImage and SvgConversion.
    """
    limits.check(info)
    if output is find_passage(recipe, info, limits):
        return Prediction(Work.PASSAGE, None, Cost())
    recipe = as_shown(recipe, info, output, limits)
    told = as_rendered(info, recipe, output, limits)
    cost = estimate_render(told, recipe, output, generation, known, overlays)
    if output is OutputFormat.JSON and info.format is SourceFormat.SVG:
        return Prediction(Work.FACTS, None, cost)
    if info.format is SourceFormat.SVG or output is OutputFormat.SVG:
        if info.format is not SourceFormat.SVG or output is not OutputFormat.SVG or recipe.draw:
            raise SvgConversion
        return Prediction(Work.DRAWING, None, cost)
    plan = make_plan(recipe, info)
    limits.check_plan(plan, info, frames=told.frames, output=output)
    return Prediction(_find_work(told, output), plan, cost, _list_questions(recipe, plan))


def as_shown(recipe: Recipe, info: SourceInfo, output: OutputFormat, limits: Limits) -> Recipe:
    """Return the recipe of what facts and placeholders tell of: all of a picture that is passed through."""
    return Recipe() if not output.is_raster and find_passage(recipe, info, limits) else recipe


def as_rendered(info: SourceInfo, recipe: Recipe, output: OutputFormat, limits: Limits) -> SourceInfo:
    """Return the facts of what is decoded: all frames, or the first alone."""
    is_animated = output.can_animate and is_transformed_whole(recipe, info, limits)
    return info if is_animated else replace(info, frames=1)


def _find_work(told: SourceInfo, output: OutputFormat) -> Work:
    if output is OutputFormat.JSON:
        return Work.FACTS
    if output is OutputFormat.PLACEHOLDER:
        return Work.SKETCH
    return Work.ANIMATION if told.is_animated else Work.PICTURE


def _list_questions(recipe: Recipe, plan: Plan) -> tuple[str, ...]:
    found = {
        "a border found in the pixels is cut off first": recipe.trim.border.is_on,
        "where the crop lies is looked for in the pixels": plan.is_crop_sought
        or follows_subject(recipe, plan),
    }
    return tuple(sentence for sentence, is_open in found.items() if is_open)
