"""Gravity: what to keep of a picture when it is cut."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from apps.imaging.box import Box, Size


class Seek(Enum):
    """What is looked for in the pixels."""

    AUTO = "auto"  # what draws the eye
    ENTROPY = "entropy"  # the part with the most detail
    FACE = "face"


class Mode(Enum):
    """How a point places a box (catalogue §4.4)."""

    REMAINDER = "remainder"  # it lies at the same relative place in the box and in the picture
    BOX_CENTER = "box-center"  # the box is centred on it, as far as the picture reaches


@dataclass(frozen=True, slots=True)
class Gravity:
    """The point to keep, in ten-thousandths of each side; or what to seek, which makes the point moot.

    Ten-thousandths, so that geometry stays within integers and the text form is exact.
    """

    x: int = 5_000
    y: int = 5_000
    mode: Mode = Mode.REMAINDER
    seek: Seek | None = None

    SCALE: ClassVar[int] = 10_000

    @property
    def is_subject(self) -> bool:
        """Whether it keeps a focal point of the image (focus.py), the same for every recipe."""
        return self.seek in (Seek.AUTO, Seek.FACE)

    def __str__(self) -> str:
        """`auto` and the like, a side's name, or `XxY` with shares from 0 to 1; `;box-center` may follow."""
        if self.seek is not None:
            return self.seek.value
        if self.mode is Mode.REMAINDER and (self.x, self.y) in _SIDE_NAMES:
            return _SIDE_NAMES[self.x, self.y]
        point = f"{self.x / self.SCALE:g}x{self.y / self.SCALE:g}"
        return point if self.mode is Mode.REMAINDER else f"{point};{self.mode.value}"

    def place(self, inner: Size, outer: Size) -> Box:
        """Return where a box of one size lies within a picture of another, which is no smaller."""
        if self.mode is Mode.REMAINDER:
            left, top = _share(outer[0] - inner[0], self.x), _share(outer[1] - inner[1], self.y)
        else:
            left, top = _centre(inner[0], outer[0], self.x), _centre(inner[1], outer[1], self.y)
        return Box(left, top, *inner)


CENTER = Gravity()
SOUGHT = {seek.value: Gravity(seek=seek) for seek in Seek}
SIDES = {
    "center": CENTER,
    "left": Gravity(0, 5_000),
    "right": Gravity(10_000, 5_000),
    "top": Gravity(5_000, 0),
    "bottom": Gravity(5_000, 10_000),
}
_SIDE_NAMES = {(side.x, side.y): name for name, side in SIDES.items()}


def _share(length: int, ten_thousandths: int) -> int:
    """Return a share of a length, rounded to the nearest pixel, halves upwards."""
    return (length * ten_thousandths * 2 + Gravity.SCALE) // (2 * Gravity.SCALE)


def _centre(inner: int, outer: int, ten_thousandths: int) -> int:
    middle_doubled = _share(2 * outer, ten_thousandths)
    return min(max(0, (middle_doubled - inner + 1) // 2), outer - inner)
