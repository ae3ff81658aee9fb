"""Placing: where an overlay lies on its canvas and what of it is seen, in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction

from apps.imaging.box import Box, Size, round_half_up
from apps.imaging.recipe import Recipe
from apps.imaging.recipe.overlay import Overlay, Repeat
from apps.imaging.recipe.transform import Transform


@dataclass(frozen=True, slots=True)
class Placement:
    """tiles: how often the overlay is laid side by side, across and down. seen: the part of all tiles that
    lies on the canvas, which covers `box` there.
    """

    tiles: Size
    seen: Box
    box: Box


def as_recipe(overlay: Overlay, canvas: Size, dpr: Fraction) -> Recipe:
    """Return an overlay as a picture of its own: what is done to it until it is drawn, in device pixels."""
    shared = {entry.name: getattr(overlay, entry.name) for entry in fields(Transform)}
    shared |= {"trim": overlay.trim.scale(dpr), "border": overlay.border.scale(dpr)}
    width, height = (
        None if length is None else max(1, length.measure(side, dpr))
        for length, side in zip((overlay.width, overlay.height), canvas, strict=True)
    )
    return Recipe(**shared, width=width, height=height)


def place(overlay: Overlay, size: Size, canvas: Size, dpr: Fraction) -> Placement | None:
    """Return where an overlay of a size lies on a canvas; None when all of it lies beside."""
    left, right, top, bottom = (
        None if side is None else round_half_up(side * dpr)
        for side in (overlay.left, overlay.right, overlay.top, overlay.bottom)
    )
    columns = _lay(size[0], canvas[0], left, right, is_tiled=overlay.repeat in _ACROSS)
    rows = _lay(size[1], canvas[1], top, bottom, is_tiled=overlay.repeat in _DOWN)
    if columns.seen <= 0 or rows.seen <= 0:
        return None
    seen = Box(columns.first - columns.start, rows.first - rows.start, columns.seen, rows.seen)
    return Placement((columns.tiles, rows.tiles), seen, Box(columns.first, rows.first, *seen.size))


_ACROSS = frozenset({Repeat.EVERYWHERE, Repeat.ACROSS})
_DOWN = frozenset({Repeat.EVERYWHERE, Repeat.DOWN})


@dataclass(frozen=True, slots=True)
class _Stretch:
    """An overlay along one axis: where its tiles start, on the canvas or before it, the first pixel of the
    canvas that they cover, and how many; that may be less than none.
    """

    start: int
    tiles: int
    first: int
    seen: int


def _lay(length: int, canvas: int, near: int | None, far: int | None, *, is_tiled: bool) -> _Stretch:
    if near is not None:
        start = near
    elif far is not None:
        start = canvas - length - far
    else:
        start = (canvas - length + 1) // 2  # halves towards the far edge, as padding has it
    tiles = 1
    if is_tiled:  # one of them lies where the overlay would alone
        start = -(-start % length)
        tiles = -(-(canvas - start) // length)
    first = max(0, start)
    return _Stretch(start, tiles, first, min(canvas, start + tiles * length) - first)
