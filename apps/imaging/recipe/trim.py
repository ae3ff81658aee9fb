"""Trim: what is cut off the upright picture before anything else is done with it (catalogue §4.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar, Self

from apps.imaging.box import Box, Size, round_half_up
from apps.imaging.errors import EmptyImage
from apps.imaging.recipe.colour import Colour
from apps.imaging.recipe.settings import Settings


@dataclass(frozen=True, slots=True)
class Length:
    """Pixels, which count times dpr; or a share of a side in ten-thousandths."""

    amount: int
    is_share: bool = False

    SCALE: ClassVar[int] = 10_000

    @property
    def number(self) -> int | float:
        """Shares have a decimal point, pixels have none."""
        return self.amount / self.SCALE if self.is_share else self.amount

    def __str__(self) -> str:
        return str(self.number)

    def scale(self, dpr: Fraction) -> Length:
        """Return the length in device pixels; a share stays one."""
        return self if self.is_share else Length(round_half_up(self.amount * dpr))

    def measure(self, side: int, dpr: Fraction) -> int:
        """Return the pixels it comes to on a side of so many."""
        return round_half_up(Fraction(self.amount * side, self.SCALE) if self.is_share else self.amount * dpr)


NOTHING = Length(0)


@dataclass(frozen=True, slots=True)
class BorderSearch(Settings):
    """How a uniform border is looked for, to be cut off.

    color: None is that of the top left corner. tolerance: how far from it still counts, 0 to 255; 0 takes
    that very colour. (The original's documents contradict each other; this is what its types say.) keep:
    pixels of the border that stay on each side, times dpr.
    """

    is_on: bool = False
    color: Colour | None = None
    tolerance: int = 10
    keep: int = 0

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Return the search; to say how to search is to ask for it."""
        if not settings.get("", True):
            return cls()
        return cls(is_on=True, **{name: value for name, value in settings.items() if name})


NO_SEARCH = BorderSearch()


@dataclass(frozen=True, slots=True)
class Trim(Settings):
    """What each edge loses; `width` and `height` keep so much from the left and the top.

    `border` is looked for in what they leave.
    """

    top: Length = NOTHING
    right: Length = NOTHING
    bottom: Length = NOTHING
    left: Length = NOTHING
    width: Length | None = None
    height: Length | None = None
    border: BorderSearch = NO_SEARCH

    PARTS: ClassVar[Mapping[str, type[Settings]]] = {"border": BorderSearch}

    def scale(self, dpr: Fraction) -> Trim:
        """Return the trim in device pixels."""
        return Trim(
            top=self.top.scale(dpr),
            right=self.right.scale(dpr),
            bottom=self.bottom.scale(dpr),
            left=self.left.scale(dpr),
            width=self.width and self.width.scale(dpr),
            height=self.height and self.height.scale(dpr),
            border=replace(self.border, keep=round_half_up(self.border.keep * dpr)),
        )

    def leave(self, size: Size, dpr: Fraction) -> Box:
        """Return what the edges leave of a picture. Raises EmptyImage."""
        left, right = _keep(size[0], dpr, self.left, self.right, self.width)
        top, bottom = _keep(size[1], dpr, self.top, self.bottom, self.height)
        if left >= right or top >= bottom:
            raise EmptyImage
        return Box(left, top, right - left, bottom - top)


UNTRIMMED = Trim()


def _keep(side: int, dpr: Fraction, near: Length, far: Length, kept: Length | None) -> tuple[int, int]:
    """Return the first pixel that stays and the one after the last."""
    start, end = near.measure(side, dpr), side - far.measure(side, dpr)
    return start, end if kept is None else min(end, start + kept.measure(side, dpr))
