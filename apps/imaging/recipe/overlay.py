"""Overlay: another picture, or a text, that is drawn onto a finished one (catalogue §4.9)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from apps.imaging.recipe.colour import BLACK, Colour
from apps.imaging.recipe.transform import Transform
from apps.imaging.recipe.trim import Length

MAX_OVERLAYS = 5


class Composite(Enum):
    """How an overlay and what lies below it become one, within the overlay's box (Porter and Duff)."""

    OVER = "over"  # on top
    IN = "in"  # the overlay where there is something below, and nothing else
    ATOP = "atop"  # on top, where there is something below
    OUT = "out"  # the overlay where there is nothing below, and nothing else
    XOR = "xor"  # each where the other is not
    LIGHTER = "lighter"  # the sum of both


class Repeat(Enum):
    """Whether an overlay is laid like tiles, from where it lies to the canvas's edges."""

    NEVER = "false"
    EVERYWHERE = "true"
    ACROSS = "x"
    DOWN = "y"


@dataclass(frozen=True, slots=True)
class Overlay(Transform):
    """One overlay: an image of the same account by its id, or a text; never both.

    width, height: of the box, in pixels times the base's dpr, or a share of the canvas; None is derived.
    size: of a text, in pixels times dpr. weight: of its letters, 100 to 900.
    opacity: 0 to 1. top, left, bottom, right: pixels times dpr from the canvas's edge, of which opposite
    ones exclude each other; where neither is given it is centred.
    """

    image: str = ""
    text: str = ""
    width: Length | None = None
    height: Length | None = None
    size: int = 32
    color: Colour = BLACK
    weight: int = 400
    opacity: float = 1.0
    repeat: Repeat = Repeat.NEVER
    composite: Composite = Composite.OVER
    top: int | None = None
    left: int | None = None
    bottom: int | None = None
    right: int | None = None

    def find_fault(self) -> str:
        """Return what its options say against each other, as the end of a sentence; empty if nothing."""
        if bool(self.image) is bool(self.text):
            return "must have an image or a text, and not both"
        if self.top is not None and self.bottom is not None:
            return "must not have both top and bottom"
        if self.left is not None and self.right is not None:
            return "must not have both left and right"
        if self.image and not _OF_LETTERS.isdisjoint(self.settings()):
            return "must have a text for size, color and weight"
        return ""


_OF_LETTERS = frozenset({"size", "color", "weight"})
