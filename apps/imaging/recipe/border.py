"""Border: a line drawn around the finished picture, outside of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from apps.imaging.box import Box, Size, round_half_up
from apps.imaging.recipe.colour import BLACK, Colour
from apps.imaging.recipe.settings import Settings


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
        border = self.scale(dpr)
        across, down = border.left + border.right, border.top + border.bottom
        return Box(border.left, border.top, *size), (size[0] + across, size[1] + down)

    def scale(self, dpr: Fraction) -> Border:
        """Return the border in device pixels."""
        sides = (self.top, self.right, self.bottom, self.left)
        return Border(self.color, *(round_half_up(side * dpr) for side in sides))


NO_BORDER = Border()
