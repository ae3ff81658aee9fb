"""Presets: what the generation `small` saves over `quick`, and what it takes: encoding alone, 0.35 MP.

Bytes are compared where SSIMULACRA2 says that both look the same: `small` is tried at qualities around its
own, and its bytes are interpolated for the score that `quick` has.
"""

from __future__ import annotations

import io
import multiprocessing
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.bench.effort import Effort
from tests.bench.entrant import pin_to_one_processor
from tests.bench.photo import draw_photo
from tests.bench.rivals import SSIMULACRA2, install_ssimulacra2

_SIZE = (720, 486)
_REDUCED_FROM = 4  # a rendition shows what a photo has at a larger scale
_QUALITIES = (68, 74, 80, 86)  # on the options' scale; 80 is its default
_FORMATS = ("jpeg", "webp", "avif", "png")
_LOSSY = _FORMATS[:-1]
_SCORE = (
    "import sys; from ssimulacra2 import compute_ssimulacra2 as score\n"
    "for path in sys.argv[2:]: print(score(sys.argv[1], path))"
)


def run(effort: Effort) -> dict[str, Any]:
    """Return, by format, both generations' milliseconds and bytes, and `small`'s bytes at `quick`'s score.

    Raises RivalAbsent.
    """
    install_ssimulacra2()
    width, height = _SIZE
    photo = draw_photo(width * _REDUCED_FROM, height * _REDUCED_FROM, seed=5).resize(_SIZE)
    # A process of its own: ours shuts the loaders that the bench's reference needs.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), pin_to_one_processor) as process:
        figures, quick, curves = process.submit(_encode, np.asarray(photo), effort.rounds).result()
    for name in _LOSSY:
        target, *scores = _score(photo, [quick[name], *curves[name]])
        equal = np.interp(target, scores, [len(data) for data in curves[name]])
        figures[name]["small"]["bytes_at_quicks_score"] = round(float(equal))
        figures[name]["quick"]["ssimulacra2"] = round(target, 1)
    return figures


def _encode(
    pixels: np.ndarray, rounds: int
) -> tuple[dict[str, Any], dict[str, bytes], dict[str, list[bytes]]]:
    """Return the figures, what `quick` made, and what `small` made at each of the qualities."""
    import pyvips

    from apps.imaging.pixels.encoders import Generation, encode
    from apps.imaging.recipe import OutputFormat, Recipe

    def make(name: str, generation: Generation, quality: int | None = None) -> bytes:
        return encode(image, OutputFormat(name), Recipe(quality=quality), generation)

    def measure(name: str, generation: Generation) -> dict[str, Any]:
        spent = []
        for _ in range(rounds):
            began = time.process_time()
            data = make(name, generation)
            spent.append((time.process_time() - began) * 1000)
        return {"ms": round(statistics.median(spent), 1), "bytes": len(data)}

    image = pyvips.Image.new_from_array(pixels).copy(interpretation="srgb")
    figures = {name: {each.value: measure(name, each) for each in Generation} for name in _FORMATS}
    quick = {name: make(name, Generation.QUICK) for name in _LOSSY}
    curves = {name: [make(name, Generation.SMALL, each) for each in _QUALITIES] for name in _LOSSY}
    return figures, quick, curves


def _score(photo: Image.Image, files: list[bytes]) -> list[float]:
    """Return each file's SSIMULACRA2 score against the photo; 100 for the same."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        paths = list(_write(Path(folder), [photo, *(Image.open(io.BytesIO(data)) for data in files)]))
        command = [str(SSIMULACRA2), "-c", _SCORE, *paths]
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [float(line) for line in answer.split()]


def _write(folder: Path, pictures: list[Image.Image]) -> Iterator[str]:
    for number, picture in enumerate(pictures):
        path = folder / f"{number}.png"
        picture.convert("RGB").save(path, compress_level=1)
        yield str(path)
