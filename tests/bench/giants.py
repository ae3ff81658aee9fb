"""Giants: the peak memory of a worker that makes a thumbnail of 100 megapixels, by kind of file.

The lanes are production's: what is too large for the cheap one is made in the heavy one. The pictures are
smooth, and so quickly written; a decoder's buffers are as large for a smooth picture as for a photo.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image

from apps.imaging.errors import ImagingError
from tests.bench.contestants.contestant import read_peak_bytes
from tests.bench.contestants.renderer import Renderer
from tests.bench.effort import Effort, Unmeasurable

_SIDE = 10_000
_UNREPLACED = ("--max-renders", "1000000", "--max-resident", "8192")
_KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "baseline JPEG": ("JPEG", {}),
    "progressive JPEG": ("JPEG", {"progressive": True}),
    "PNG": ("PNG", {"compress_level": 1}),
    "WebP": ("WEBP", {"method": 0}),
    "AVIF": ("AVIF", {"speed": 10}),
}


def run(effort: Effort) -> dict[str, Any]:
    """Return, by kind, the peak in megabytes and the seconds, or why it was refused. Raises Unmeasurable."""
    if sys.platform != "linux":
        raise Unmeasurable("only Linux tells what a process has held")
    Image.MAX_IMAGE_PIXELS = None
    ramp = Image.linear_gradient("L").resize((_SIDE, _SIDE))
    picture = Image.merge("RGB", [ramp, ramp.rotate(90), ramp.rotate(180)])
    figures = {}
    for kind, (format_name, options) in _KINDS.items():
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            path = Path(name) / "giant"
            picture.save(path, format_name, **options)
            figures[kind] = _render(path)
        print(f"   {kind}: {figures[kind]}", flush=True)
    return figures


def _render(path: Path) -> dict[str, Any]:
    with Renderer(*_UNREPLACED, has_heavy_lane=True) as renderer:
        began = time.perf_counter()
        try:
            renderer.render(path, "jpeg")
        except ImagingError as error:
            return {"refused": str(error)}
        seconds = time.perf_counter() - began
        peak = max(map(read_peak_bytes, renderer.workers()))
    return {"peak_mb": round(peak / 1e6), "seconds": round(seconds, 1)}
