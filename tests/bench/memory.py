"""Memory: what one worker holds after thousands of mixed renders when nobody replaces it."""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from apps.imaging.recipe import OutputFormat, Recipe
from tests.bench.contestants.renderer import LIMITS, Renderer
from tests.bench.effort import Effort, Unmeasurable
from tests.bench.photo import draw_photo

_UNREPLACED = ("--max-renders", "1000000", "--max-resident", "4096")
_OUTPUTS = (OutputFormat.JPEG, OutputFormat.WEBP, OutputFormat.AVIF, OutputFormat.PNG)


def run(effort: Effort) -> dict[str, Any]:
    """Return megabytes of resident memory, and their slope over the last two thirds. Raises Unmeasurable."""
    if sys.platform != "linux":
        raise Unmeasurable("only Linux tells what a process holds")
    with tempfile.TemporaryDirectory(prefix="bench-") as name, Renderer(*_UNREPLACED) as renderer:
        sources = _draw_sources(Path(name))
        chance = random.Random(1)  # noqa: S311  # the same renders each time
        worker = renderer.workers()[0]
        resident = []
        for _ in range(effort.mixed_renders):
            recipe = Recipe(width=chance.randint(64, 1_280))
            with chance.choice(sources).open("rb") as file:
                renderer.client.render(file, recipe, chance.choice(_OUTPUTS), limits=LIMITS)
            resident.append(_read_resident_megabytes(worker))
        if renderer.workers() != [worker]:
            raise RuntimeError("the worker was replaced meanwhile")
    settled = resident[len(resident) // 3 :]
    slope, _ = statistics.linear_regression(range(len(settled)), settled)
    return {
        "renders": len(resident),
        "end_mb": round(resident[-1]),
        "settled_mb": [round(min(settled)), round(max(settled))],
        "slope_mb_per_1000": round(slope * 1_000, 1),
    }


def _draw_sources(folder: Path) -> list[Path]:
    """Draw what a site's editors upload: photos of some sizes, a PNG, a WebP, an AVIF, a GIF."""
    photo = draw_photo(1_500, 1_000, seed=3)
    photo.save(folder / "photo.jpg", quality=90)
    photo.save(folder / "progressive.jpg", quality=90, progressive=True)
    photo.convert("CMYK").save(folder / "cmyk.jpg", quality=90)
    photo.save(folder / "photo.png", compress_level=1)
    photo.save(folder / "photo.webp", quality=85, method=0)
    photo.save(folder / "photo.avif", quality=80, speed=10)
    photo.resize((600, 400)).quantize(256).save(folder / "photo.gif")
    draw_photo(3_000, 2_000, seed=4).save(folder / "large.jpg", quality=90)
    return sorted(folder.iterdir())


def _read_resident_megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the system does not tell a process' memory")
