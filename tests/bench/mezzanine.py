"""The mezzanine: how long a thumbnail of a large original takes from it, from the original, and it itself.

Through one worker of the renderer, in turns; the 100 megapixels are the 24, enlarged.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from PIL import Image

from apps.imaging.box import Size
from apps.imaging.headers import read_source_info
from apps.imaging.mezzanine import FORMAT, is_made_from_mezzanine, make_recipe
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.source import SourceInfo
from tests.bench.contestants.renderer import LIMITS, RECIPE, Renderer
from tests.bench.effort import Effort
from tests.bench.photo import draw_photo

_TWENTY_FOUR, _HUNDRED = (6_000, 4_000), (12_000, 8_333)
_QUALITY = 92  # a camera's
_KINDS: dict[str, tuple[Size, str, dict[str, Any]]] = {
    "24 MP JPEG": (_TWENTY_FOUR, "JPEG", {"quality": _QUALITY}),
    "24 MP progressive": (_TWENTY_FOUR, "JPEG", {"quality": _QUALITY, "progressive": True}),
    "24 MP PNG": (_TWENTY_FOUR, "PNG", {"compress_level": 1}),
    "100 MP JPEG": (_HUNDRED, "JPEG", {"quality": _QUALITY}),
    "100 MP progressive": (_HUNDRED, "JPEG", {"quality": _QUALITY, "progressive": True}),
    "100 MP AVIF": (_HUNDRED, "AVIF", {"speed": 10, "quality": 60}),
}


def run(effort: Effort) -> dict[str, Any]:
    """Return, by kind, milliseconds: from the original, from the mezzanine, and to make it; and the ratio."""
    Image.MAX_IMAGE_PIXELS = None
    figures = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for kind, path in _write_sources(Path(name)):
            figures[kind] = _measure(path, rounds=effort.rounds)
            path.unlink()
            print(f"   {kind}: {figures[kind]}", flush=True)
    return figures


def _write_sources(folder: Path) -> Iterator[tuple[str, Path]]:
    photo = draw_photo(*_TWENTY_FOUR, seed=2)
    for kind, (size, format_name, options) in _KINDS.items():
        picture = photo if size == photo.size else photo.resize(size, Image.Resampling.BICUBIC)
        path = folder / "original"
        picture.save(path, format_name, **options)
        yield kind, path


def _measure(path: Path, *, rounds: int) -> dict[str, Any]:
    with path.open("rb") as file:
        info = read_source_info(file)
    assert is_made_from_mezzanine(RECIPE, OutputFormat.JPEG, info)
    mezzanine = path.with_name("mezzanine")
    times: dict[str, list[float]] = {"make_ms": [], "direct_ms": [], "ms": []}
    with Renderer(has_heavy_lane=True) as renderer:
        for _ in range(rounds):
            data, taken = _render(renderer, path, make_recipe(info), FORMAT)
            times["make_ms"].append(taken)
            mezzanine.write_bytes(data)
            times["direct_ms"].append(_render(renderer, path, RECIPE, OutputFormat.JPEG)[1])
            times["ms"].append(_render(renderer, mezzanine, RECIPE, OutputFormat.JPEG, info)[1])
    ratio = median(direct / ms for direct, ms in zip(times["direct_ms"], times["ms"], strict=True))
    return {name: round(median(each)) for name, each in times.items()} | {"ratio": round(ratio, 1)}


def _render(
    renderer: Renderer, path: Path, recipe: Recipe, output: OutputFormat, original: SourceInfo | None = None
) -> tuple[bytes, float]:
    """Return the file and the milliseconds it took."""
    size = None if original is None else original.oriented_size
    began = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        rendered = renderer.client.render(file, recipe, output, limits=LIMITS, stands_for=size)
    return rendered.data, (time.perf_counter() - began) * 1000
