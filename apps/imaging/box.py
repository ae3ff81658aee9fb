"""Box: a rectangle of whole pixels, and the one way lengths are rounded to them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels from the top left corner."""

    left: int
    top: int
    width: int
    height: int

    @property
    def size(self) -> Size:
        return self.width, self.height

    def join(self, other: Box) -> Box:
        """Return the smallest box that holds both."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        right = max(self.left + self.width, other.left + other.width)
        bottom = max(self.top + self.height, other.top + other.height)
        return Box(left, top, right - left, bottom - top)


def round_half_up(length: int | Fraction) -> int:
    """Return the nearest whole number; `length` is not negative."""
    return int(length + Fraction(1, 2))
