"""Attention: the point of a picture that draws the eye, as libvips finds it (edges, saturation, skin)."""

from __future__ import annotations

import pyvips

from apps.imaging.geometry.focus import Area
from apps.imaging.recipe.gravity import Gravity


def find_eye(image: pyvips.Image) -> Area:
    """Return the point, of an upright picture in sRGB or grey that is held in memory.

    libvips blurs its map of what is striking by the size of the box it is asked for, so the box is always
    the largest square: smaller ones settle on details (on an astronaut's badge instead of the face), and a
    recipe's own would make each variant look elsewhere.
    """
    side = min(image.width, image.height)
    _, found = image.smartcrop(side, side, interesting="attention", attention_x=True, attention_y=True)
    return Area(
        _as_share(found["attention_x"], image.width),
        _as_share(found["attention_y"], image.height),
    )


def _as_share(place: int, side: int) -> int:
    return min(Gravity.SCALE, max(0, place * Gravity.SCALE // side))
