"""Border: a line drawn around the finished picture, outside of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from apps.imaging.box import Box, Size, round_half_up
from apps.imaging.colour import BLACK, Colour
from apps.imaging.settings import Settings


@dataclass(frozen=True, slots=True)
class Border(Settings):
    """Its colour, and its width on each side in pixels times dpr."""

    color: Colour = BLACK
    top: int = 0
    right: int = 0
    bottom: int = 0
    left: int = 0

    @property
    def is_drawn(self) -> bool:
        return any((self.top, self.right, self.bottom, self.left))

    def surround(self, size: Size, dpr: Fraction) -> tuple[Box, Size]:
        """Return where a picture lies within its border, and the size of both."""
        top, right, bottom, left = (
            round_half_up(side * dpr) for side in (self.top, self.right, self.bottom, self.left)
        )
        return Box(left, top, *size), (left + size[0] + right, top + size[1] + bottom)


NO_BORDER = Border()
