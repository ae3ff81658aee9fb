"""The race: every contestant renders every picture into every format, in turns, and is compared with ours.

In one round each has its turn, and who begins changes from round to round, so that all meet the same noise.
A ratio is that of one round; its median and its quartiles are kept. It is one of processor time, of all the
processes that take part, for on a machine that others use too the clock on the wall measures the others; on a
quiet one both say the same, since everyone has one processor. Where the system does not tell processor
time, it is the wall's.
"""

from __future__ import annotations

import statistics
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench import rivals
from tests.bench.contestants.contestant import FORMATS, SIDE
from tests.bench.effort import Effort
from tests.bench.entrant import CAN_COUNT_CPU, Entrant, EntrantError
from tests.bench.similarity import Array, make_reference, measure_ssim, read_pixels
from tests.bench.sources import Source, draw_sources

OURS = "renderer"
RACING = (OURS, "renderer, bytes", "pyvips", "Pillow", "thumbor", "ipx")
# A call this slow gets one turn a round; the others would wait for it.
_SLOW_MILLISECONDS = 400.0
_INSTALLERS = {"thumbor": rivals.install_thumbor, "ipx": rivals.install_ipx}
_DESCRIBERS = {"thumbor": rivals.describe_thumbor, "ipx": rivals.describe_ipx}


@dataclass(slots=True)
class Turns:
    """What one contestant made of one cell: a list of calls' milliseconds for each round."""

    size_bytes: int
    ssim: float
    calls: int
    rounds: list[list[float]] = field(default_factory=list)
    cpu_rounds: list[list[float]] = field(default_factory=list)


def run(effort: Effort) -> dict[str, Any]:
    """Return the figures of all cells: by picture, format, contestant."""
    names = list_entrants()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        sources = draw_sources(Path(folder))
        return {
            "side": SIDE,
            "rounds": effort.rounds,
            "rivals": {name: _DESCRIBERS[name]() for name in names if name in _DESCRIBERS},
            "idle_milliseconds": {
                name: _measure_idle(name, Path(folder), effort) for name in names if name in _INSTALLERS
            },
            "pictures": {source.name: _race(source, names, effort) for source in sources},
        }


def list_entrants() -> list[str]:
    """Return who can take part here, and print why the others cannot."""
    names = []
    for name in RACING:
        try:
            _INSTALLERS.get(name, lambda: None)()
        except rivals.RivalAbsent as reason:
            print(f"   without {name}: {reason}", flush=True)
        else:
            names.append(name)
    return names


def _measure_idle(name: str, pictures: Path, effort: Effort) -> float:
    """Return what asking an HTTP server for nothing costs, in milliseconds."""
    with Entrant(name, pictures) as entrant:
        entrant.render(None, calls=20)
        return round(statistics.median(entrant.render(None, calls=effort.hops // 5).milliseconds), 3)


def _race(source: Source, names: list[str], effort: Effort) -> dict[str, Any]:
    reference = make_reference(source.path, SIDE)
    with ExitStack() as stack:
        entrants = [stack.enter_context(Entrant(name, source.path.parent)) for name in names]
        cells = {}
        for format_name in FORMATS:
            cells[format_name] = _race_cell(source, format_name, entrants, reference, effort)
            ours = cells[format_name][OURS]
            print(f"   {source.name} → {format_name}: {ours['p50_ms']} ms", flush=True)
        peaks = {entrant.name: round(entrant.read_peak_bytes() / 1e6) for entrant in entrants}
    return {"bytes": source.size_bytes, "peak_mb": peaks, "formats": cells}


def _race_cell(
    source: Source, format_name: str, entrants: list[Entrant], reference: Array, effort: Effort
) -> dict[str, Any]:
    turns: dict[str, Turns] = {}
    absent: dict[str, str] = {}
    for entrant in entrants:
        try:
            turns[entrant.name] = _warm_up(entrant, source, format_name, reference, effort)
        except EntrantError as error:
            absent[entrant.name] = str(error)
    racing = [entrant for entrant in entrants if entrant.name in turns]
    for number in range(effort.rounds):
        first = number % len(racing)
        for entrant in racing[first:] + racing[:first]:
            each = turns[entrant.name]
            timing = entrant.render(source.path, format_name, calls=each.calls)
            each.rounds.append(timing.milliseconds)
            each.cpu_rounds.append(timing.cpu_milliseconds if CAN_COUNT_CPU else timing.milliseconds)
    figures = {name: _sum_up(each, turns[OURS]) for name, each in turns.items()}
    return figures | {name: {"absent": reason} for name, reason in absent.items()}


def _warm_up(entrant: Entrant, source: Source, format_name: str, reference: Array, effort: Effort) -> Turns:
    output = source.path.parent / f"{entrant.name}.{format_name}"
    entrant.render(source.path, format_name, calls=1)
    timing = entrant.render(source.path, format_name, calls=1, output=output)
    is_slow = timing.milliseconds[0] > _SLOW_MILLISECONDS
    made = read_pixels(output.read_bytes())
    if made.shape != reference.shape:
        raise EntrantError(f"{entrant.name}: made {made.shape[1]}×{made.shape[0]}")
    ssim = measure_ssim(made, reference)
    return Turns(timing.size_bytes, ssim, calls=1 if is_slow else effort.calls)


def _sum_up(turns: Turns, ours: Turns) -> dict[str, Any]:
    """Return a cell's figures; a ratio above 1 says how many times as much as ours this one takes."""
    calls = sorted(each for one in turns.rounds for each in one)
    return {
        "p50_ms": round(statistics.median(calls), 1),
        "p95_ms": round(calls[min(len(calls) - 1, int(len(calls) * 0.95))], 1),
        "cpu_ms": round(statistics.median(each for one in turns.cpu_rounds for each in one), 1),
        "bytes": turns.size_bytes,
        "ssim": round(turns.ssim, 4),
        "ratio": _compare(turns.cpu_rounds, ours.cpu_rounds),
        "wall_ratio": _compare(turns.rounds, ours.rounds),
    }


def _compare(theirs: list[list[float]], ours: list[list[float]]) -> list[float]:
    """Return the lower quartile, the median and the upper quartile of the rounds' ratios."""
    ratios = [
        statistics.median(one) / statistics.median(other) for one, other in zip(theirs, ours, strict=True)
    ]
    if len(ratios) == 1:
        return [round(ratios[0], 2)] * 3
    return [round(ratio, 2) for ratio in statistics.quantiles(ratios, n=4, method="inclusive")]
