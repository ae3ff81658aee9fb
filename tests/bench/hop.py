"""The hop: what asking a locked process costs over calling the same code, by descriptor and by bytes.

The picture is tiny, so that the way is all there is. For bytes it is followed by 2 MB that a JPEG decoder
never looks at: they have to be carried, and nothing else.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.effort import Effort
from tests.bench.entrant import Entrant
from tests.bench.photo import draw_photo

_CALLS = 20
_CARRIED_BYTES = 2 * 1024**2


def run(effort: Effort) -> dict[str, Any]:
    """Return milliseconds: the median, and the slowest twentieth, beyond what the work itself takes."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        tiny, carried = Path(name) / "tiny.jpg", Path(name) / "carried.jpg"
        draw_photo(64, 64).save(tiny, quality=90)
        carried.write_bytes(tiny.read_bytes().ljust(_CARRIED_BYTES, b"\0"))
        return {
            "descriptor": _measure("renderer", tiny, effort),
            "bytes_2_mb": _measure("renderer, bytes", carried, effort),
        }


def _measure(name: str, source: Path, effort: Effort) -> dict[str, float]:
    with Entrant("in process", source.parent) as bare, Entrant(name, source.parent) as ours:
        for entrant in (bare, ours):
            entrant.render(source, "jpeg", calls=_CALLS)
        rounds = [
            [entrant.render(source, "jpeg", calls=_CALLS) for entrant in (bare, ours)]
            for _ in range(effort.hops // _CALLS)
        ]
    hops = sorted(_subtract([(work.milliseconds, asked.milliseconds) for work, asked in rounds]))
    cpu = _subtract([(work.cpu_milliseconds, asked.cpu_milliseconds) for work, asked in rounds])
    return {
        "p50_ms": round(statistics.median(hops), 2),
        "p95_ms": round(hops[int(len(hops) * 0.95)], 2),
        "cpu_ms": round(statistics.median(cpu), 2),
    }


def _subtract(rounds: list[tuple[list[float], list[float]]]) -> list[float]:
    """Return what each question took beyond the work's median in the same round."""
    return [each - statistics.median(work) for work, asked in rounds for each in asked]
