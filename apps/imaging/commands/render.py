"""`render`: make renditions of pictures."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from apps.imaging.commands.arguments import LIMITS, Parser, add_jobs, add_socket, add_verb
from apps.imaging.commands.batch import Outcome, report, sum_up, work_through
from apps.imaging.commands.drawing import add_draw, read_drawn
from apps.imaging.commands.endings import UsageError, describe, judge
from apps.imaging.commands.inputs import Input, find_inputs
from apps.imaging.commands.names import Pattern, read_pattern
from apps.imaging.commands.progress import Progress
from apps.imaging.commands.replacing import write_file
from apps.imaging.commands.workbench import Workbench, open_workbench
from apps.imaging.errors import ImagingError
from apps.imaging.headers import read_source_info
from apps.imaging.negotiate import choose_format
from apps.imaging.options.grammar import parse
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.rendered import Rendered

_EXAMPLES = """\
  images-render render photo.jpg width=400,fit=cover,height=400 -o square.webp
  images-render render photo.jpg w=800 -o 'photo-{width}.{ext}' --accept image/avif,image/webp
  images-render render pictures/ w=1600 -o smaller/
  images-render render photo.jpg w=800,draw.image=logo,draw.width=0.2 --draw logo=logo.png -o marked.webp
  images-render render '*.png' f=webp -o '{stem}.webp' --small
  cat photo.jpg | images-render render - w=200 -o - --format png > small.png"""


@dataclass(frozen=True, slots=True)
class Order:
    """One picture to be made; `output` is None where the Accept header decides."""

    picture: Input
    recipe: Recipe
    output: OutputFormat | None
    accept: str
    pattern: Pattern
    generation: Generation
    workbench: Workbench

    @property
    def name(self) -> str:
        return self.picture.name


def add_render(verbs: argparse._SubParsersAction[Parser]) -> None:
    parser = add_verb(verbs, "render", "Make renditions of pictures", run_render, examples=_EXAMPLES)
    parser.add_argument(
        "words",
        nargs="+",
        metavar="IN",
        help="a file, a folder, a pattern, or - for stdin; OPTIONS as in a link may come last",
    )
    parser.add_argument(
        "-o",
        "--out",
        required=True,
        help="a file, a folder, - for stdout, or a name with {stem} {name} {path} {ext} {width} {height}",
    )
    parser.add_argument("--options", help="the same as OPTIONS at the end")
    add_draw(parser)
    add_format(parser)
    parser.add_argument("--small", action="store_true", help="spend more time for fewer bytes")
    add_socket(parser)
    add_jobs(parser)


def add_format(parser: Parser) -> None:
    parser.add_argument(
        "--format",
        choices=[item.value for item in OutputFormat],
        help="default: as the options or OUT's suffix say, else chosen by --accept",
    )
    parser.add_argument("--accept", default="", help="what the viewer takes, as in its Accept header")


def run_render(parsed: argparse.Namespace) -> int:
    words, options = split_words(parsed.words, parsed.options)
    pictures, recipe = find_inputs(words), parse(options)
    pattern = read_pattern(parsed.out, pictures)
    if pattern.is_stdout and sys.stdout.isatty():
        raise UsageError("a picture is no text for a terminal; send it elsewhere, or name a file after -o")
    output = settle_format(recipe, parsed.format, pattern.format)
    generation = Generation.SMALL if parsed.small else Generation.QUICK
    workbench = open_workbench(parsed.socket, read_drawn(parsed.draw, recipe))
    orders = [Order(each, recipe, output, parsed.accept, pattern, generation, workbench) for each in pictures]
    progress = Progress(len(orders), is_quiet=parsed.quiet)
    outcomes = work_through(orders, fulfil, jobs=parsed.jobs, is_asking=parsed.socket is not None)
    return sum_up(report(outcomes, progress, is_quiet=parsed.quiet))


def split_words(words: list[str], options: str | None) -> tuple[list[str], str]:
    """Return the inputs and the options text, which is the last word if it has an `=`, or nothing in it."""
    *others, last = words
    if options is not None or not others or ("=" not in last and last) or Path(last or ".missing").exists():
        return words, options or ""
    return others, last


def settle_format(recipe: Recipe, named: str | None, by_suffix: OutputFormat | None) -> OutputFormat | None:
    """Return the one format that options, --format and OUT's suffix agree on; None when none says anything.

    Raises UsageError when they do not: a name must not lie about what is in the file.
    """
    said = [recipe.format.output, OutputFormat(named) if named else None, by_suffix]
    formats = [each for each in said if each is not None]
    if len({each.extension for each in formats}) > 1:
        words = " and ".join(dict.fromkeys(each.value for each in formats))
        raise UsageError(f"the options, --format and OUT ask for {words} at once")
    return formats[0] if formats else None


def fulfil(order: Order) -> Outcome:
    """Make one picture and put it where it belongs."""
    try:
        with order.picture.open() as source:
            output = order.output or choose_format(
                order.recipe, read_source_info(source), order.accept, LIMITS
            )
            before = source.seek(0, os.SEEK_END)
            rendered = _make(order, source, output)
        line = _deliver(order, rendered)
    except (ImagingError, OSError) as error:
        return Outcome(order.name, complaint=describe(error), ending=judge(error))
    return Outcome(order.name, line, bytes_before=before, bytes_after=len(rendered.data))


def _make(order: Order, source: BinaryIO, output: OutputFormat) -> Rendered:
    source.seek(0)
    return order.workbench.render(source, order.recipe, output, order.generation)


def _deliver(order: Order, rendered: Rendered) -> str:
    """Write the picture, and return what is to be said about it."""
    if order.pattern.is_stdout:
        sys.stdout.buffer.write(rendered.data)
        sys.stdout.buffer.flush()
        return ""
    path = order.pattern.fill(order.picture, rendered)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, rendered.data)
    return f"{path}: {rendered.width} × {rendered.height}, {len(rendered.data):,} bytes"
