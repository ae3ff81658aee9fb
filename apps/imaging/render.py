"""The verbs: inspect a source, render it, render a text. They decode untrusted bytes in this very process.

Only the isolated renderer, the command line and tests import this module; the rest of the house asks a
client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import BinaryIO, TypeAlias

import pyvips

from apps.imaging.box import Box, Size
from apps.imaging.cost import Cost, estimate_inspection, estimate_render
from apps.imaging.errors import LimitExceeded, SourceError, SvgConversion
from apps.imaging.facts import write_facts
from apps.imaging.geometry.focus import UNKNOWN, FocalPoints
from apps.imaging.geometry.plan import follows_subject, make_plan
from apps.imaging.headers import read_source_info
from apps.imaging.limits import FailOn, Limits
from apps.imaging.passing import find_passage, pass_through
from apps.imaging.pixels.aiming import aim
from apps.imaging.pixels.decoders import Frame, as_decoded, decode, prove
from apps.imaging.pixels.encoders import Generation, encode
from apps.imaging.pixels.engine import decoding
from apps.imaging.pixels.layering import make_layers
from apps.imaging.pixels.lettering import letter
from apps.imaging.pixels.margins import trim
from apps.imaging.pixels.metadata import keep_metadata
from apps.imaging.pixels.pipeline import Task, find_detail, run
from apps.imaging.pixels.sketching import as_sketch, sketch
from apps.imaging.placeholder import write_placeholder
from apps.imaging.prediction import as_rendered, as_shown
from apps.imaging.recipe import OutputFormat, Overlay, Recipe
from apps.imaging.recipe.gravity import Seek
from apps.imaging.rendered import Rendered
from apps.imaging.source import SourceFormat, SourceInfo
from apps.imaging.svg import sanitize

__all__ = ["Generation", "Rendered", "inspect", "render", "render_text"]

Admission: TypeAlias = Callable[[Cost], None]


def _admit_all(cost: Cost) -> None:
    """Take every picture: whoever works in this very process has the memory it has."""


def inspect(source: BinaryIO, limits: Limits, *, admit: Admission = _admit_all) -> SourceInfo:
    """Return what a source is, once its header is within limits and every pixel of it has been decoded.

    Of an SVG, every element has been read. `admit` is told the predicted cost before anything is decoded, and
    raises what it likes.

    `source` is a seekable file, whose descriptor is used if it has one. Raises SourceError (TruncatedImage
    for a file whose end is missing), LimitExceeded or TooLargeToProcess.
    """
    info = read_source_info(source)
    limits.check(info)
    admit(estimate_inspection(info))
    if info.format is SourceFormat.SVG:
        _clean(source, limits)
        return info
    with decoding():
        prove(source, as_decoded(info))
    return info


def render(
    source: BinaryIO,
    recipe: Recipe,
    output: OutputFormat,
    *,
    limits: Limits,
    generation: Generation = Generation.QUICK,
    known: FocalPoints = UNKNOWN,
    overlays: Mapping[str, BinaryIO] = MappingProxyType({}),
    stands_for: Size | None = None,
    admit: Admission = _admit_all,
) -> Rendered:
    """Return the picture a recipe makes of a source, in the one format that the caller chose (`negotiate`).

    For JSON, no pixel is made, and none read unless a border is to be cut off; for a placeholder, a few.
    `known` are the focal points an earlier render found in this source; they spare this one the search, and
    change nothing else. `overlays` has a seekable file for each of the recipe's drawn_images, which JSON does
    without. `stands_for` is the upright size of the original, if the source is its mezzanine: all geometry
    starts from it. `admit` is told the predicted cost before anything is decoded.

    An SVG stays what it is, sanitised, whatever the recipe, and nothing can be drawn onto one; an animation
    that is too large stays as it is (passing.py). Raises as inspect() does, LimitExceeded for a recipe that
    enlarges too much, SvgConversion and OverlayError.
    """
    info = read_source_info(source)
    limits.check(info)
    if output is find_passage(recipe, info, limits):
        source.seek(0)
        return Rendered(pass_through(source.read(), info), output, *info.oriented_size, frames=info.frames)
    recipe = as_shown(recipe, info, output, limits)
    told = as_rendered(info, recipe, output, limits)
    is_animated = told.is_animated
    admit(estimate_render(told, recipe, output, generation, known, _read_infos(overlays, limits)))
    if info.format is SourceFormat.SVG or output is OutputFormat.SVG:
        return _keep_drawing(source, info, recipe, output, limits)
    info = as_decoded(info)
    original = info if stands_for is None else replace(info, width=stands_for[0], height=stands_for[1])
    region = trim(source, recipe, original, fail_on=limits.fail_on)
    plan = make_plan(recipe, original, region)
    if stands_for and follows_subject(recipe, plan) and known.find(Seek.AUTO) is None:
        raise ValueError("what draws the eye is looked for in originals only")
    limits.check_plan(plan, original, frames=told.frames, output=output)
    if output is OutputFormat.JSON:
        return Rendered(write_facts(plan.size, info), output, *plan.size)
    layers = make_layers(recipe, plan.size, overlays, limits)
    if output is OutputFormat.PLACEHOLDER:
        task = Task(recipe, plan, output, layers)
        return _sketch(source, info, task, region, known, limits.fail_on)
    plan, found = aim(source, original, recipe, plan, known, fail_on=limits.fail_on)
    task = Task(recipe, plan, output, layers)
    with decoding():
        made = _make_frames(source, info, task, is_animated=is_animated, fail_on=limits.fail_on)
        frames = list(made)
        image = _join(frames) if is_animated else frames[0].image
        data = encode(image, output, recipe, generation)
    return Rendered(data, output, *plan.size, frames=len(frames), found=found)


def render_text(text: Overlay, *, limits: Limits) -> Rendered:
    """Return a text as a PNG of its own, clear around the letters. Raises LimitExceeded."""
    file = letter(text, Fraction(1), limits)
    info = read_source_info(file)
    return Rendered(file.getvalue(), OutputFormat.PNG, info.width, info.height)


def _read_infos(overlays: Mapping[str, BinaryIO], limits: Limits) -> dict[str, SourceInfo]:
    """Return the facts of those that will be decoded; the others are complained of later."""
    infos = {}
    for image, file in overlays.items():
        with suppress(SourceError, LimitExceeded):
            info = read_source_info(file)
            limits.check(info)
            infos[image] = info
    return infos


def _keep_drawing(
    source: BinaryIO, info: SourceInfo, recipe: Recipe, output: OutputFormat, limits: Limits
) -> Rendered:
    if output is OutputFormat.JSON and info.format is SourceFormat.SVG:
        return Rendered(write_facts((info.width, info.height), info), output, info.width, info.height)
    if info.format is not SourceFormat.SVG or output is not OutputFormat.SVG or recipe.draw:
        raise SvgConversion
    return Rendered(_clean(source, limits), output, info.width, info.height)


def _clean(source: BinaryIO, limits: Limits) -> bytes:
    source.seek(0)
    return sanitize(source.read(), limits)


def _sketch(
    source: BinaryIO, info: SourceInfo, task: Task, region: Box, known: FocalPoints, fail_on: FailOn
) -> Rendered:
    """Return the placeholder of the rendition a task makes."""
    small = as_sketch(task.recipe)
    plan, found = aim(source, info, small, make_plan(small, info, region), known, fail_on=fail_on)
    with decoding():
        task_of_it = replace(task, recipe=small, plan=plan)
        (frame,) = _make_frames(source, info, task_of_it, is_animated=False, fail_on=fail_on)
        data = write_placeholder(sketch(frame.image, task.plan.size))
    return Rendered(data, task.output, *task.plan.size, found=found)


def _make_frames(
    source: BinaryIO, info: SourceInfo, task: Task, *, is_animated: bool, fail_on: FailOn
) -> Iterator[Frame]:
    """Yield the finished frames, or the only one; what is sought in the first decides for all."""
    plan = task.plan
    size, region = plan.resized, plan.trimmed
    for frame in decode(source, info, size, region=region, is_animated=is_animated, fail_on=fail_on):
        image = frame.image
        if task.plan.is_crop_sought:
            image = image.copy_memory()
            task = find_detail(image, task)
        image = keep_metadata(run(image, task), task.recipe.metadata, task.output)
        # One by one, lest a thousand frames hold a thousand pipelines until the encoder comes to them.
        yield replace(frame, image=image.copy_memory() if is_animated else image)


def _join(frames: list[Frame]) -> pyvips.Image:
    """Return the frames below each other, as savers take an animation."""
    height = frames[0].image.height
    roll = pyvips.Image.arrayjoin([frame.image for frame in frames], across=1).copy()

    roll.set_type(pyvips.GValue.gint_type, "page-height", height)
    roll.set_type(pyvips.GValue.array_int_type, "delay", [frame.delay for frame in frames])
    roll.set_type(pyvips.GValue.gint_type, "loop", frames[0].loop)
    return roll
