"""The cost of encoding, by format and generation; encoders.py has the settings these figures are of."""

from __future__ import annotations

from apps.imaging.cost.figure import BANDS, Cost, make_cost
from apps.imaging.pixels.encoders import Generation, has_budget
from apps.imaging.recipe import Compression, OutputFormat, Recipe

# Milliseconds per megapixel, at their quickest and at their smallest: photos of 2.8 and 0.35 megapixels.
_MS = {
    OutputFormat.JPEG: (25, 125),
    OutputFormat.BASELINE_JPEG: (15, 110),
    OutputFormat.PNG: (100, 420),
    OutputFormat.WEBP: (55, 115),
    OutputFormat.AVIF: (90, 1_000),
    OutputFormat.GIF: (430, 1_400),
}
# A 6-megapixel picture in full: JPEG 33 MB more than one of 512 px, WebP 10, AVIF 105, GIF 48 and 78.
_BYTES = {
    OutputFormat.JPEG: 6.0,
    OutputFormat.BASELINE_JPEG: 5.5,
    OutputFormat.PNG: 2.0,
    OutputFormat.WEBP: 3.0,
    OutputFormat.AVIF: 18.0,
    OutputFormat.GIF: 13.0,
}
# What settings of their own cost instead: 3,752 ms and 170 MB for 6 megapixels of lossless WebP.
_LOSSLESS_WEBP_MS, _LOSSLESS_WEBP_BYTES = 700, 29.0
_PALETTE_MS = 400
_FAST_MS = {OutputFormat.PNG: 40, OutputFormat.JPEG: 8}
# The first try, and halving the qualities below the highest (budget.py).
_MAX_TRIES = 8


def estimate_encoding(output: OutputFormat, pixels: int, recipe: Recipe, generation: Generation) -> Cost:
    """Return the cost of encoding so many pixels, all tries together; nothing for JSON and SVG."""
    if output not in _MS:
        return Cost()
    ms, held = float(_MS[output][generation is Generation.SMALL]), _BYTES[output]
    if output is OutputFormat.WEBP and recipe.quality == 100:
        ms, held = _LOSSLESS_WEBP_MS, _LOSSLESS_WEBP_BYTES
    elif output is OutputFormat.PNG and recipe.quality is not None:
        ms += _PALETTE_MS
    elif recipe.compression is Compression.FAST and output in _FAST_MS:
        ms = _FAST_MS[output]
    if generation is Generation.SMALL:  # and at its quickest beside, to keep the smaller; from a copy
        ms, held = ms + _MS[output][0], held + BANDS
    if has_budget(recipe, output):
        ms, held = ms * _MAX_TRIES, held + BANDS
    return make_cost(pixels=pixels, ms_per_megapixel=ms, bytes_per_pixel=held)
