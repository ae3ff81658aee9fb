"""`explain`: what options mean for a picture: the plan, the format and why, the steps and their time."""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import BinaryIO

from apps.imaging.commands.arguments import LIMITS, Parser, add_verb
from apps.imaging.commands.drawing import add_draw, open_drawn, read_drawn
from apps.imaging.commands.endings import Ending, complain, describe, judge
from apps.imaging.commands.inputs import Input
from apps.imaging.commands.measuring import Step, measure
from apps.imaging.commands.render import add_format, settle_format
from apps.imaging.cost import Cost
from apps.imaging.errors import ImagingError, OptionsError
from apps.imaging.geometry.focus import Area, FocalPoints
from apps.imaging.geometry.wording import describe_plan
from apps.imaging.headers import read_source_info
from apps.imaging.negotiate import ASKED, Choice, negotiate
from apps.imaging.options.grammar import find_ignored, parse, write
from apps.imaging.pixels.encoders import Generation
from apps.imaging.pixels.layer import Layer
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.recipe.gravity import Gravity, Mode
from apps.imaging.recipe.overlay import Composite, Overlay, Repeat
from apps.imaging.render import render
from apps.imaging.source import SourceInfo

_EXAMPLES = """\
  images-render explain photo.jpg w=400,h=400,fit=cover
  images-render explain photo.jpg w=400 --accept image/avif,image/webp
  images-render explain photo.jpg w=99999      points at the character that is wrong"""
_LABEL_WIDTH = 9


def add_explain(verbs: argparse._SubParsersAction[Parser]) -> None:
    summary = "Say what options mean for a picture: plan, format, steps and their time"
    parser = add_verb(verbs, "explain", summary, run_explain, examples=_EXAMPLES)
    parser.add_argument("file", metavar="IN", help="a file, or - for stdin")
    parser.add_argument(
        "options", nargs="?", default="", metavar="OPTIONS", help="as in a link: w=400,fit=cover"
    )
    add_format(parser)
    add_draw(parser)
    parser.add_argument("--small", action="store_true", help="spend more time for fewer bytes")


def run_explain(parsed: argparse.Namespace) -> int:
    try:
        recipe = parse(parsed.options)
    except OptionsError as error:
        complain("", describe(error))
        if error.position is not None:
            print(f"  {parsed.options}\n  {' ' * error.position}^", file=sys.stderr)
        return Ending.WRONG_USAGE
    drawn = read_drawn(parsed.draw, recipe)
    settled = settle_format(recipe, parsed.format, None)
    generation = Generation.SMALL if parsed.small else Generation.QUICK
    picture = Input(Path(parsed.file))
    say("recipe", write(recipe) or "(nothing: the picture as it is, in the best format)")
    for part in find_ignored(parsed.options):
        say("ignored", f"{part}  (no such option, or no such number)")
    try:
        with picture.open() as file:
            source = io.BytesIO(file.read())
        info = read_source_info(source)
        say("source", _describe_source(info))
        choice = negotiate(recipe, info, parsed.accept, LIMITS) if settled is None else Choice(settled, ASKED)
        say("format", f"{choice.output.value}, as {choice.reason}")
        with open_drawn(drawn) as overlays:
            _explain_work(source, info, recipe, choice.output, generation, overlays)
    except (ImagingError, OSError) as error:
        complain(picture.name, describe(error))
        return judge(error)
    return Ending.DONE


def _explain_work(
    source: io.BytesIO,
    info: SourceInfo,
    recipe: Recipe,
    output: OutputFormat,
    generation: Generation,
    overlays: Mapping[str, BinaryIO],
) -> None:
    """Make the picture twice, first to warm up and see the limits kept, and step by step in between."""
    make = partial(render, source, recipe, output, limits=LIMITS, generation=generation, overlays=overlays)
    make(admit=_say_cost)
    if output.is_raster:
        record = measure(source, info, recipe, output, generation, overlays)
        if record.found is not None:
            say("subject", _describe_points(record.found))
        for label, line in describe_plan(record.plan):
            say(label, line)
        for number, overlay in enumerate(recipe.draw, 1):
            layer = next((each for each in record.layers if each.number == number), None)
            say("draw" if number == 1 else "", _describe_overlay(overlay, number, layer))
        for label, line in _describe_steps(record.steps):
            say(label, line)
    start = time.perf_counter()
    rendered = make()
    spent = (time.perf_counter() - start) * 1_000
    say("together", f"{spent:.1f} ms, {rendered.frames} frame{'s' * (rendered.frames > 1)}")
    size, before = len(rendered.data), info.size_bytes
    say("bytes", f"{before:,} → {size:,} ({100 * size / max(1, before):.1f} %)")


def _say_cost(cost: Cost) -> None:
    """Say what a renderer goes by when it chooses a lane for the picture."""
    say("predicted", f"{cost.cpu_ms:,} ms of one core, {-(-cost.peak_bytes // 10**6):,} MB of memory")


def say(label: str, line: str) -> None:
    print(f"{label:{_LABEL_WIDTH}} {line}")


def _describe_source(info: SourceInfo) -> str:
    parts = [f"{info.format.value}, {info.width} × {info.height}"]
    if info.orientation != 1:
        width, height = info.oriented_size
        parts.append(f"orientation {info.orientation} (seen as {width} × {height})")
    if info.is_animated:
        parts.append(f"{info.frames} frames")
    parts.append(f"{info.bits} bits")
    parts.append("may be transparent" if info.has_alpha else "opaque")
    return ", ".join(parts)


def _describe_points(points: FocalPoints) -> str:
    parts = [] if points.eye is None else [f"the eye is drawn to {_describe_place(points.eye)}"]
    if points.faces is not None:
        places = ", ".join(_describe_place(face) for face in points.faces)
        parts.append(f"faces around {places}" if places else "no face")
    return "; ".join(parts)


def _describe_place(area: Area) -> str:
    """Return the middle of an area as a link writes a point."""
    middle = Gravity(area.left + area.width // 2, area.top + area.height // 2, Mode.BOX_CENTER)
    return str(middle).removesuffix(";box-center")


def _describe_overlay(overlay: Overlay, number: int, layer: Layer | None) -> str:
    what = f"the image {overlay.image}" if overlay.image else f"the text {overlay.text!r}"
    if layer is None:
        return f"{number}: {what}, beside the canvas"
    box = layer.box
    parts = [f"{number}: {what}, {box.width} × {box.height} at {box.left}, {box.top}"]
    parts += ["laid like tiles"] * (overlay.repeat is not Repeat.NEVER)
    parts += [f"{overlay.opacity:.0%} opaque"] * (overlay.opacity < 1)
    parts += [f"composite {overlay.composite.value}"] * (overlay.composite is not Composite.OVER)
    return ", ".join(parts)


def _describe_steps(steps: list[Step]) -> Iterator[tuple[str, str]]:
    width = max(len(step.name) for step in steps)
    for number, step in enumerate(steps):
        label = "" if number else "steps"
        time_text = f"{step.milliseconds:8.1f} ms" if step.is_acting else f"{'–':>8}"
        yield label, f"{step.name:{width}} {time_text}"
