"""Tiles: which parts of a picture a detector looks at that sees a fixed small square at a time.

A picture is scaled to several sizes, the levels. At the smallest all of it is one tile with much room around,
for a face that fills the picture; each larger one shows smaller faces, in more tiles, which overlap so far
that a face that is too small for the level before lies in one of them whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from apps.imaging.box import Box, Size

SIDE = 192
# Faces are found from about 20 pixels on, and 48 of a level are 24 at least on the one before.
OVERLAP = 48
# The longer side of each level. They have 1, 1, 9 and 16 tiles at most: 27 looks, at 4 ms each, for a square
# picture without a face. Faces 40 to 100 pixels wide in 960 were all found.
LEVELS = (96, 192, 384, 576)


@dataclass(frozen=True, slots=True)
class Level:
    """The size to scale to, and what each tile shows of it: SIDE by SIDE, or less where the level is less."""

    size: Size
    boxes: tuple[Box, ...]


def list_levels(size: Size) -> list[Level]:
    """Return the levels of a picture, coarse to fine; those of one tile, and others no larger than itself."""
    longer = max(size)
    sides = [side for side in LEVELS if side <= max(SIDE, longer)]
    return [_lay_out((max(1, size[0] * side // longer), max(1, size[1] * side // longer))) for side in sides]


def _lay_out(size: Size) -> Level:
    width, height = min(SIDE, size[0]), min(SIDE, size[1])
    boxes = [Box(left, top, width, height) for top in _spread(size[1]) for left in _spread(size[0])]
    return Level(size, tuple(boxes))


def _spread(length: int) -> list[int]:
    """Return where tiles start along a side: as few as overlap enough, evenly."""
    if length <= SIDE:
        return [0]
    count = -(-(length - OVERLAP) // (SIDE - OVERLAP))
    return [(length - SIDE) * number // (count - 1) for number in range(count)]
