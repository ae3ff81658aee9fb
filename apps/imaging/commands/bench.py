"""`bench`: how long renditions of pictures take on this machine, here and by a renderer."""

from __future__ import annotations

import argparse
import io
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from apps.imaging.commands.arguments import Parser, add_socket, add_verb, positive
from apps.imaging.commands.drawing import add_draw, read_drawn
from apps.imaging.commands.endings import Ending, complain, describe, judge
from apps.imaging.commands.inputs import Input, find_inputs
from apps.imaging.commands.render import split_words
from apps.imaging.commands.workbench import Workbench, open_workbench
from apps.imaging.errors import ImagingError
from apps.imaging.options.grammar import parse
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.rendered import Rendered

_EXAMPLES = """\
  images-render bench photo.jpg w=512
  images-render bench pictures/ w=512 --formats jpeg,avif --rounds 20
  images-render bench photo.jpg w=512 --socket /run/images/renderer.sock     both, in turns"""
_FORMATS = (OutputFormat.JPEG, OutputFormat.WEBP, OutputFormat.AVIF, OutputFormat.PNG)
_HEADINGS = ("format", "where", "p50 ms", "p95 ms", "ratio", "bytes", "size")
_LINE = "  {:14} {:9} {:>8} {:>8} {:>6} {:>11}  {}"


@dataclass(slots=True)
class Series:
    """What one format took at one workbench: milliseconds by round, and what came of it."""

    output: OutputFormat
    place: str
    workbench: Workbench
    milliseconds: list[float] = field(default_factory=list)
    rendered: Rendered | None = None


def add_bench(verbs: argparse._SubParsersAction[Parser]) -> None:
    summary = "Measure how long renditions of pictures take on this machine"
    parser = add_verb(verbs, "bench", summary, run_bench, examples=_EXAMPLES)
    parser.add_argument(
        "words",
        nargs="+",
        metavar="IN",
        help="a file, a folder, a pattern, or - for stdin; OPTIONS as in a link may come last",
    )
    parser.add_argument("--options", help="the same as OPTIONS at the end")
    add_draw(parser)
    parser.add_argument(
        "--formats",
        type=_read_formats,
        default=_FORMATS,
        metavar="LIST",
        help=f"default: {','.join(each.value for each in _FORMATS)}",
    )
    parser.add_argument("--rounds", type=positive, default=7, help="after one that is not counted")
    parser.add_argument("--small", action="store_true", help="spend more time for fewer bytes")
    add_socket(parser)


def run_bench(parsed: argparse.Namespace) -> int:
    """Print a table for each picture; with a socket, each format twice: in this process, and there."""
    words, options = split_words(parsed.words, parsed.options)
    pictures, recipe = find_inputs(words), parse(options)
    drawn = read_drawn(parsed.draw, recipe)
    generation = Generation.SMALL if parsed.small else Generation.QUICK
    places = {"here": open_workbench(None, drawn)}
    if parsed.socket is not None:
        places["renderer"] = open_workbench(parsed.socket, drawn)
    endings = []
    for picture in pictures:
        series = [Series(each, place, places[place]) for each in parsed.formats for place in places]
        endings.append(_measure(picture, series, recipe, generation, rounds=parsed.rounds))
    return max(endings)


def _measure(
    picture: Input, series: Sequence[Series], recipe: Recipe, generation: Generation, *, rounds: int
) -> Ending:
    try:
        with picture.open() as file:
            # Rounds take turns, so that a machine that is busy for a while is so for all alike.
            for number in range(rounds + 1):
                for each in series:
                    spent = _render_once(each, file, recipe, generation)
                    each.milliseconds += [spent] * (number > 0)
            size = file.seek(0, io.SEEK_END)
    except (ImagingError, OSError) as error:
        complain(picture.name, describe(error))
        return judge(error)
    print(f"{picture.name}: {size:,} bytes, {rounds} round{'s' * (rounds > 1)}")
    print(_LINE.format(*_HEADINGS))
    for each in series:
        print(_describe(each, next(one for one in series if one.output is each.output)))
    return Ending.DONE


def _render_once(series: Series, file: BinaryIO, recipe: Recipe, generation: Generation) -> float:
    """Return the milliseconds that one rendition took."""
    file.seek(0)
    start = time.perf_counter()
    series.rendered = series.workbench.render(file, recipe, series.output, generation)
    return (time.perf_counter() - start) * 1_000


def _describe(series: Series, first: Series) -> str:
    """Return a line of the table; the ratio is of speeds, round by round, to the first of its format."""
    ratios = [one / other for one, other in zip(first.milliseconds, series.milliseconds, strict=True)]
    made = series.rendered
    return _LINE.format(
        series.output.value,
        series.place,
        f"{statistics.median(series.milliseconds):.1f}",
        f"{_slowest_but(series.milliseconds, 0.05):.1f}",
        f"{statistics.median(ratios):.2f}",
        f"{len(made.data):,}" if made else "",
        f"{made.width} × {made.height}" if made else "",
    )


def _slowest_but(milliseconds: list[float], share: float) -> float:
    """Return the slowest, once a share of the slowest is left out."""
    return sorted(milliseconds)[-1 - int(len(milliseconds) * share)]


def _read_formats(text: str) -> tuple[OutputFormat, ...]:
    try:
        return tuple(OutputFormat(name) for name in text.split(","))
    except ValueError:
        names = ", ".join(item.value for item in OutputFormat)
        raise argparse.ArgumentTypeError(f"a format is one of {names}") from None
