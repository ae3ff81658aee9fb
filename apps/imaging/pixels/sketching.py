"""Sketching: a rendition so small that its placeholder can be made from it."""

from __future__ import annotations

from dataclasses import replace

import pyvips

from apps.imaging.box import Size
from apps.imaging.placeholder import Placeholder, make_placeholder
from apps.imaging.recipe import Fit, Recipe
from apps.imaging.thumbhash import MAX_SIDE


def as_sketch(recipe: Recipe) -> Recipe:
    """Return a recipe for the same picture in less pixels, where that is the same; else the recipe itself.

    It spares decoding all of a large original, as long as neither a box nor anything else is measured in
    pixels. What is trimmed off has been settled before.
    """
    has_box = isinstance(recipe.width, int) or recipe.height
    if has_box or recipe.border.is_drawn or recipe.blur or recipe.draw:
        return recipe
    return replace(recipe, width=MAX_SIDE, height=MAX_SIDE, fit=Fit.SCALE_DOWN, dpr=1.0)


def sketch(image: pyvips.Image, size: Size) -> Placeholder:
    """Return the placeholder of a finished picture, 8-bit sRGB or grey, for a rendition of this size."""
    share = MAX_SIDE / max(image.width, image.height)
    if share < 1:
        width, height = (max(1, round(side * share)) for side in (image.width, image.height))
        image = image.thumbnail_image(width, height=height, size="force", no_rotate=True)
    image = image.colourspace("srgb")
    pixels = (image if image.hasalpha() else image.addalpha()).write_to_memory()
    return make_placeholder(size, pixels, image.width, image.height)
