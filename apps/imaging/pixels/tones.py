"""Tones: what brightness, contrast, gamma and saturation do to the values of a pixel, as plain numbers.

Brightness, contrast and saturation are CSS's filters of the same names (Filter Effects 1, §8), clipped one
after the other. Gamma below 1 lightens and above 1 darkens, as the original's documents have it since 2026;
the older ones said the opposite.
"""

from __future__ import annotations

from apps.imaging.recipe import Recipe

Matrix = list[list[float]]

# https://www.w3.org/TR/filter-effects-1/#feColorMatrixElement: how bright red, green and blue look.
_LUMINANCE = (0.213, 0.715, 0.072)


def make_curve(recipe: Recipe) -> bytes | None:
    """Return what each of the 256 values of a channel becomes; None when all stay as they are."""
    if recipe.brightness == recipe.contrast == recipe.gamma == 1:
        return None
    return bytes(round(255 * _change(value / 255, recipe)) for value in range(256))


def make_saturation(factor: float) -> Matrix:
    """Return the matrix that takes colours away from grey by a factor, or at 0 to grey; brightness stays."""
    return [
        [share + factor * ((row == column) - share) for column, share in enumerate(_LUMINANCE)]
        for row in range(3)
    ]


def _change(value: float, recipe: Recipe) -> float:
    value = _clip(value * recipe.brightness)
    value = _clip((value - 0.5) * recipe.contrast + 0.5)
    return float(value**recipe.gamma)


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))
