"""Turn: one of the eight ways to lay a rectangle, as a mirroring followed by quarter turns."""

from __future__ import annotations

from dataclasses import dataclass, replace

from apps.imaging.box import Box, Size
from apps.imaging.recipe.transform import Flip


@dataclass(frozen=True, slots=True)
class Turn:
    """Mirror left to right if `is_mirrored`, then turn clockwise by `quarters` (0 to 3) times 90 degrees."""

    is_mirrored: bool = False
    quarters: int = 0

    @property
    def swaps_sides(self) -> bool:
        return self.quarters % 2 == 1

    def then_rotate(self, degrees: int) -> Turn:
        """Return this turn followed by a clockwise one, in multiples of 90 degrees."""
        return Turn(self.is_mirrored, (self.quarters + degrees // 90) % 4)

    def then_flip(self, flip: Flip) -> Turn:
        """Return this turn followed by a mirroring; mirroring both ways is half a turn."""
        if flip is Flip.NONE:
            return self
        if flip is Flip.BOTH:
            return self.then_rotate(180)
        mirrored = Turn(not self.is_mirrored, -self.quarters % 4)
        return mirrored if flip is Flip.HORIZONTAL else mirrored.then_rotate(180)

    def lay(self, size: Size) -> Size:
        """Return the size a rectangle has after the turn; the same call leads back."""
        return (size[1], size[0]) if self.swaps_sides else size

    def trace(self, box: Box, size: Size) -> Box:
        """Return where a box of the turned picture, which has `size`, lay before the turn."""
        for _ in range(self.quarters):
            box = Box(box.top, size[0] - box.left - box.width, box.height, box.width)
            size = (size[1], size[0])
        if self.is_mirrored:
            box = Box(size[0] - box.left - box.width, box.top, box.width, box.height)
        return box

    def carry(self, box: Box, size: Size) -> Box:
        """Return where a box of the picture before the turn, which has `size`, lies after it."""
        # A mirroring followed by quarter turns undoes itself.
        return replace(self, quarters=self.quarters if self.is_mirrored else -self.quarters % 4).trace(
            box, size
        )


# By EXIF's orientation (CIPA DC-008, 4.6.5.1.6): what makes the stored picture upright.
UPRIGHT = {
    1: Turn(),
    2: Turn(is_mirrored=True),
    3: Turn(quarters=2),
    4: Turn(is_mirrored=True, quarters=2),
    5: Turn(is_mirrored=True, quarters=3),
    6: Turn(quarters=1),
    7: Turn(is_mirrored=True, quarters=1),
    8: Turn(quarters=3),
}
ORIENTATIONS = {turn: orientation for orientation, turn in UPRIGHT.items()}
