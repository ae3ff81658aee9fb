"""Measuring: a rendition made step by step, to see which step does something and how long it takes.

libvips works on all steps at once, a few rows at a time; here each has to finish before the next begins, so
that together they take longer than a render does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, TypeVar

import pyvips

from apps.imaging.commands.arguments import LIMITS
from apps.imaging.geometry.focus import UNKNOWN, FocalPoints
from apps.imaging.geometry.plan import Plan, make_plan
from apps.imaging.pixels.aiming import aim
from apps.imaging.pixels.decoders import as_decoded, decode
from apps.imaging.pixels.encoders import Generation, encode
from apps.imaging.pixels.engine import decoding
from apps.imaging.pixels.layer import Layer
from apps.imaging.pixels.layering import make_layers
from apps.imaging.pixels.margins import trim
from apps.imaging.pixels.metadata import keep_metadata
from apps.imaging.pixels.pipeline import STEPS, Task, find_detail
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.source import SourceInfo

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the first frame; `is_acting` if the picture is another one after it."""

    name: str
    milliseconds: float
    is_acting: bool = True


@dataclass(slots=True)
class Record:
    """A plan, the focal points it needed, what is drawn, and what was measured on the way."""

    plan: Plan
    layers: tuple[Layer, ...] = ()
    steps: list[Step] = field(default_factory=list)
    found: FocalPoints | None = None


def measure(
    source: BinaryIO,
    info: SourceInfo,
    recipe: Recipe,
    output: OutputFormat,
    generation: Generation,
    overlays: Mapping[str, BinaryIO],
) -> Record:
    """Make the first frame of a picture, that render() has made before, step by step."""
    info = as_decoded(info)
    region, spent = _time(lambda: trim(source, recipe, info))
    record = Record(make_plan(recipe, info, region))
    if recipe.trim.border.is_on:
        record.steps.append(Step("find_border", spent))
    size = record.plan.size
    record.layers, spent = _time(lambda: make_layers(recipe, size, overlays, LIMITS))
    if recipe.draw:
        record.steps.append(Step("make_layers", spent))
    (record.plan, record.found), spent = _time(lambda: aim(source, info, recipe, record.plan, UNKNOWN))
    if record.found is not None:
        record.steps.append(Step("find_subject", spent))
    task = Task(recipe, record.plan, output, record.layers)
    with decoding():
        frames = decode(source, info, record.plan.resized, region=record.plan.trimmed, is_animated=False)
        image, spent = _time(lambda: next(frames).image.copy_memory())
        record.steps.append(Step("decode_and_scale", spent))
        if task.plan.is_crop_sought:
            task, spent = _time(lambda: find_detail(image, task))
            record.steps.append(Step("find_detail", spent))
            record.plan = task.plan
        for step in STEPS:
            image = _take(step, image, task, record)
        image = keep_metadata(image, recipe.metadata, output)
        _, spent = _time(lambda: encode(image, output, recipe, generation))
        record.steps.append(Step("encode", spent))
    return record


def _take(
    step: Callable[[pyvips.Image, Task], pyvips.Image], image: pyvips.Image, task: Task, record: Record
) -> pyvips.Image:
    after, spent = _time(lambda: step(image, task))
    if after is not image:
        after, finishing = _time(after.copy_memory)
        spent += finishing
    record.steps.append(Step(step.__name__, spent, is_acting=is_other(image, after)))
    return after


def is_other(one: pyvips.Image, other: pyvips.Image) -> bool:
    """Whether two pictures differ in size, kind or any pixel."""
    if one is other:
        return False
    facts = ("width", "height", "bands", "format", "interpretation")
    if any(getattr(one, fact) != getattr(other, fact) for fact in facts):
        return True
    return bool((one != other).max())


def _time(work: Callable[[], Result]) -> tuple[Result, float]:
    """Return what the work gives, and its milliseconds."""
    start = time.perf_counter()
    result = work()
    return result, (time.perf_counter() - start) * 1_000
