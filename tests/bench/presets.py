"""Presets: what the generation `small` saves over `quick`, and what it takes: encoding alone, 0.35 MP.

Bytes are compared at the same SSIM: `small` is tried at every quality around its own, and its bytes are
interpolated for the SSIM that `quick` has.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np

from tests.bench.effort import Effort
from tests.bench.entrant import pin_to_one_processor
from tests.bench.photo import draw_photo
from tests.bench.similarity import measure_ssim, read_pixels

_SIZE = (720, 486)
_REDUCED_FROM = 4  # a rendition shows what a photo has at a larger scale
_QUALITIES = range(66, 95, 4)  # on the options' scale, around its default of 80


def run(effort: Effort) -> dict[str, Any]:
    """Return, by format, both generations' milliseconds and bytes, and `small`'s bytes at `quick`'s SSIM."""
    # A process of its own: ours shuts the loaders that the bench's reference needs.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), pin_to_one_processor) as process:
        return process.submit(_measure, effort.rounds).result()


def _measure(rounds: int) -> dict[str, Any]:
    import pyvips

    from apps.imaging.encoders import Generation, encode
    from apps.imaging.recipe import OutputFormat, Recipe

    def make(generation: Generation, quality: int | None = None) -> tuple[bytes, float]:
        began = time.perf_counter()
        data = encode(image, output, Recipe(quality=quality), generation)
        return data, (time.perf_counter() - began) * 1000

    width, height = _SIZE
    photo = draw_photo(width * _REDUCED_FROM, height * _REDUCED_FROM, seed=5).resize(_SIZE)
    pixels = np.asarray(photo)
    image = pyvips.Image.new_from_array(pixels).copy(interpretation="srgb")
    figures = {}
    for name in ("jpeg", "webp", "avif", "png"):
        output = OutputFormat(name)
        made: dict[str, Any] = {}
        for generation in Generation:
            tries = [make(generation) for _ in range(rounds)]
            data = tries[0][0]
            made[generation.value] = {
                "ms": round(statistics.median(spent for _, spent in tries), 1),
                "bytes": len(data),
                "ssim": round(measure_ssim(read_pixels(data), pixels), 4),
            }
        if output is not OutputFormat.PNG:  # which loses nothing
            curve = [make(Generation.SMALL, quality)[0] for quality in _QUALITIES]
            likeness = [measure_ssim(read_pixels(data), pixels) for data in curve]
            equal = np.interp(made["quick"]["ssim"], likeness, [len(data) for data in curve])
            made["small"]["bytes_at_quicks_ssim"] = round(float(equal))
        figures[name] = made
    return figures
