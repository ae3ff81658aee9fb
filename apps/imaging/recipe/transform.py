"""Transform: what can be asked of one picture, whether it is the base of a rendition or drawn onto one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from apps.imaging.recipe.border import NO_BORDER, Border
from apps.imaging.recipe.colour import Colour
from apps.imaging.recipe.gravity import CENTER, Gravity
from apps.imaging.recipe.settings import Settings
from apps.imaging.recipe.trim import UNTRIMMED, Trim


class Fit(Enum):
    """How the picture meets the box of width and height (numbers in tests/imaging/test_geometry.py)."""

    SCALE_DOWN = "scale-down"
    CONTAIN = "contain"
    COVER = "cover"
    CROP = "crop"
    ASPECT_CROP = "aspect-crop"
    PAD = "pad"
    SQUEEZE = "squeeze"
    SCALE_UP = "scale-up"

    @property
    def is_cutting(self) -> bool:
        """Whether it may leave parts of the picture out."""
        return self in (Fit.COVER, Fit.CROP, Fit.ASPECT_CROP)


class Flip(Enum):
    """Mirroring, before any rotation."""

    NONE = ""
    HORIZONTAL = "h"
    VERTICAL = "v"
    BOTH = "hv"


@dataclass(frozen=True, slots=True)
class Transform(Settings):
    """All but the box's width and height, which a base has in pixels and an overlay in shares of it too.

    zoom: how tightly a face is cut out, 0 to 1, if gravity seeks one and finds it.
    background: what shows through transparency and in padding; None is nothing, and white where the format or
    the fit needs something.
    rotate: clockwise, after `flip`. brightness, contrast, gamma, saturation: factors, 1 changes nothing.
    blur: radius, 0 to 250. sharpen: 0 to 10.
    """

    fit: Fit = Fit.SCALE_DOWN
    gravity: Gravity = CENTER
    zoom: float = 0.0
    background: Colour | None = None
    trim: Trim = UNTRIMMED
    flip: Flip = Flip.NONE
    rotate: int = 0
    brightness: float = 1.0
    contrast: float = 1.0
    gamma: float = 1.0
    saturation: float = 1.0
    blur: float = 0.0
    sharpen: float = 0.0
    border: Border = NO_BORDER

    PARTS: ClassVar[Mapping[str, type[Settings]]] = {"trim": Trim, "border": Border}
