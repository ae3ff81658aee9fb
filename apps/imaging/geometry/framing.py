"""Framing: which part of a picture is kept around its focal points, in whole numbers.

The window is what a fit keeps, at the scale the fit sets. It is centred on the subject as far as the picture
reaches. With a face to zoom to, the window shrinks by a factor t, its shape as it was:

    t = 1 − zoom · (1 − tight)
    tight = min(1, max(face's width · ROOM / window's width, face's height · ROOM / window's height, scale))

so that 0 keeps as much background as the fit does and 1 leaves the faces with some room around them.
`scale` is how much smaller the fit makes the original: a smaller window would have to be enlarged, and a zoom
sharpens nothing. The rendition's size never depends on what is in the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from apps.imaging.box import Box, Size, round_half_up
from apps.imaging.geometry.fits import Target
from apps.imaging.geometry.focus import Area
from apps.imaging.geometry.turn import Turn
from apps.imaging.recipe.gravity import Gravity

# BlazeFace's box reaches from the brows to the chin: two of them hold the whole head, with some air.
ROOM = 2


@dataclass(frozen=True, slots=True)
class View:
    """How the original lies before a fit: the turn that makes it upright, what trim leaves, the whole turn.

    stored: the original's size. region: in the stored picture. turn: of the region.
    """

    stored: Size
    upright: Turn
    region: Box
    turn: Turn

    @property
    def size(self) -> Size:
        """What the fit starts from."""
        return self.turn.lay(self.region.size)

    def carry(self, area: Area) -> Box:
        """Return where an area of the upright original lies in what the fit starts from, cut at its edges."""
        seen = self.upright.lay(self.stored)
        left, right = (edge * seen[0] // Gravity.SCALE for edge in (area.left, area.left + area.width))
        top, bottom = (edge * seen[1] // Gravity.SCALE for edge in (area.top, area.top + area.height))
        stored = self.upright.trace(Box(left, top, right - left, bottom - top), seen)
        return self.turn.carry(_cut(stored, self.region), self.region.size)


def frame(target: Target, view: View, areas: tuple[Area, ...], zoom: Fraction) -> tuple[Size, Box]:
    """Return the size to scale to and the box to cut out of it, which has the size the fit keeps.

    areas: the foremost first. The window keeps as many of them as it can hold at once; the first always, of
    those that trim has left.
    """
    boxes = [view.carry(area) for area in areas]
    boxes = [box for box in boxes if _has_size(box)] or boxes
    scale = Fraction(target.scaled[0], view.size[0]), Fraction(target.scaled[1], view.size[1])
    subject = _gather(boxes, (target.kept[0] / scale[0], target.kept[1] / scale[1]))
    shrink = Fraction(1)
    if zoom and _has_size(subject):  # a point has none, nor has a face that is trimmed off
        room = (subject.width * scale[0], subject.height * scale[1])
        tight = max(ROOM * room[0] / target.kept[0], ROOM * room[1] / target.kept[1], *scale)
        shrink = 1 - zoom * (1 - min(Fraction(1), tight))
    scaled = round_half_up(target.scaled[0] / shrink), round_half_up(target.scaled[1] / shrink)
    left = _centre(subject.left, subject.width, view.size[0], scaled[0], target.kept[0])
    top = _centre(subject.top, subject.height, view.size[1], scaled[1], target.kept[1])
    return scaled, Box(left, top, *target.kept)


def _has_size(box: Box) -> bool:
    return box.width > 0 and box.height > 0


def _cut(box: Box, region: Box) -> Box:
    """Return what of a box is within a region, in the region's own pixels; at its nearest edge if nothing."""
    left, right = (min(max(edge - region.left, 0), region.width) for edge in (box.left, box.left + box.width))
    top, bottom = (min(max(edge - region.top, 0), region.height) for edge in (box.top, box.top + box.height))
    return Box(left, top, right - left, bottom - top)


def _gather(boxes: list[Box], window: tuple[Fraction, Fraction]) -> Box:
    """Return what holds the first box, and of the others those that still fit into the window with it."""
    held = boxes[0]
    for box in boxes[1:]:
        both = held.join(box)
        if both.width <= window[0] and both.height <= window[1]:
            held = both
    return held


def _centre(start: int, length: int, side: int, scaled: int, kept: int) -> int:
    middle = Fraction((2 * start + length) * scaled, 2 * side)
    return min(max(0, round_half_up(max(Fraction(0), middle - Fraction(kept, 2)))), scaled - kept)
