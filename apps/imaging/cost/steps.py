"""The cost of the pipeline's steps on one frame, each on the pixels it meets."""

from __future__ import annotations

from apps.imaging.box import Size
from apps.imaging.cost.figure import BANDS, Cost, make_cost
from apps.imaging.geometry.plan import Plan
from apps.imaging.pixels.tones import make_curve
from apps.imaging.recipe import Recipe
from apps.imaging.recipe.overlay import Repeat
from apps.imaging.source import SourceFormat, SourceInfo

# A profile for CMYK is turned into a table before the first pixel.
_CMYK_MS = 230


def estimate_steps(recipe: Recipe, plan: Plan, info: SourceInfo) -> Cost:
    """Return the cost of what happens between decoding and encoding. Milliseconds per megapixel, measured."""
    source, resized, canvas = (info.width * info.height, _area(plan.resized), _area(plan.canvas))
    is_sharp = recipe.sharpen > 0
    steps = [
        make_cost(pixels=resized, ms_per_megapixel=5 if resized == source else 45),
        make_cost(pixels=resized, ms_per_megapixel=11, bytes_per_pixel=BANDS)
        if plan.turn.quarters
        else Cost(),
        # Entropy looks at all of it, kept.
        make_cost(pixels=resized, ms_per_megapixel=20, bytes_per_pixel=BANDS)
        if plan.is_crop_sought
        else Cost(),
        make_cost(pixels=canvas, ms_per_megapixel=5 if make_curve(recipe) else 0),
        make_cost(pixels=canvas, ms_per_megapixel=10 if recipe.saturation != 1 else 0),
        make_cost(
            pixels=canvas, ms_per_megapixel=52 if is_sharp else 0, bytes_per_pixel=1 if is_sharp else 0
        ),
        _estimate_blur(recipe, canvas, has_alpha=info.has_alpha),
        _estimate_drawing(recipe, plan.size),
        Cost(_CMYK_MS if info.format is SourceFormat.JPEG and info.samples == 16 else 0),
    ]
    return sum(steps, Cost())


def _estimate_blur(recipe: Recipe, pixels: int, *, has_alpha: bool) -> Cost:
    """Return the cost at the worst radius; a transparent picture is blurred in floating point."""
    ms = 500 if has_alpha else 80
    return make_cost(pixels=pixels, ms_per_megapixel=ms if recipe.blur else 0)


def _estimate_drawing(recipe: Recipe, canvas: Size) -> Cost:
    """Return the cost of compositing each overlay; overlays.py has what it takes to make and keep it."""
    pixels = _area(canvas) * len(recipe.draw)
    tiled = sum(overlay.repeat is not Repeat.NEVER for overlay in recipe.draw)
    return make_cost(pixels=pixels, ms_per_megapixel=60, bytes_per_pixel=1) + make_cost(
        pixels=_area(canvas) * tiled, ms_per_megapixel=20
    )


def _area(size: Size) -> int:
    return size[0] * size[1]
