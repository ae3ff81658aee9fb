"""Geometry: every size and box of a rendition, decided in whole numbers before any pixel is touched.

The target is computed from the original's size, whatever is decoded to reach it: sizes derived from an
image that was already shrunk come out one pixel different now and then. Rules and numbers: catalogue §4.3
and §4.4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from apps.imaging.recipe import Fit, Gravity, Recipe
from apps.imaging.source import SourceInfo
from apps.imaging.turn import UPRIGHT, Turn

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels from the top left corner."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to one frame, in this order: resize, turn, crop, pad.

    resized: in the axes of the stored picture. cropped: in the turned picture; None leaves it whole. When
    `is_crop_sought`, only the box's size is decided and the eye-catching part is looked for. padded: where
    the picture lies within `size`, the final size; None when it fills it.
    """

    resized: Size
    turn: Turn
    cropped: Box | None
    is_crop_sought: bool
    padded: Box | None
    size: Size


@dataclass(frozen=True, slots=True)
class _Target:
    """What a fit decides: the size to scale to, how much of it stays, and the canvas around it."""

    scaled: Size
    kept: Size
    canvas: Size


def make_plan(recipe: Recipe, info: SourceInfo) -> Plan:
    """Return the plan for a recipe and a source."""
    turn = UPRIGHT[info.orientation].then_flip(recipe.flip).then_rotate(recipe.rotate)
    source = turn.lay((info.width, info.height))
    box = _find_box(recipe, source)
    target = _whole(source) if box is None else _FITS[recipe.fit](source, box)
    is_cropped, is_padded = target.kept != target.scaled, target.canvas != target.kept
    return Plan(
        resized=turn.lay(target.scaled),
        turn=turn,
        cropped=_place(target.kept, target.scaled, recipe.gravity) if is_cropped else None,
        is_crop_sought=is_cropped and recipe.gravity.is_auto,
        padded=_place(target.kept, target.canvas, Gravity()) if is_padded else None,
        size=target.canvas,
    )


class _Frame:
    """The box of a recipe around one source, both sides known, with the scales that make them meet."""

    def __init__(self, source: Size, width: Fraction, height: Fraction) -> None:
        self.width, self.height = width, height
        across, down = width / source[0], height / source[1]
        self.inner, self.outer = min(across, down), max(across, down)

    @property
    def size(self) -> Size:
        return _round(self.width), _round(self.height)


def _find_box(recipe: Recipe, source: Size) -> _Frame | None:
    """Return the box in device pixels; a missing side follows the source's shape, exactly."""
    dpr = Fraction(round(recipe.dpr * 100), 100)
    width, height = recipe.width, recipe.height
    if width is not None and height is not None:
        return _Frame(source, Fraction(_round(width * dpr)), Fraction(_round(height * dpr)))
    if width is not None:
        across = Fraction(_round(width * dpr))
        return _Frame(source, across, across * source[1] / source[0])
    if height is not None:
        down = Fraction(_round(height * dpr))
        return _Frame(source, down * source[0] / source[1], down)
    return None


def _whole(size: Size) -> _Target:
    return _Target(size, size, size)


def _scale_down(source: Size, box: _Frame) -> _Target:
    return _whole(_scale(source, min(Fraction(1), box.inner)))


def _contain(source: Size, box: _Frame) -> _Target:
    return _whole(_scale(source, box.inner))


def _scale_up(source: Size, box: _Frame) -> _Target:
    return _whole(_scale(source, max(Fraction(1), box.inner)))


def _cover(source: Size, box: _Frame) -> _Target:
    return _Target(_scale(source, box.outer), box.size, box.size)


def _crop(source: Size, box: _Frame) -> _Target:
    scaled = _scale(source, min(Fraction(1), box.outer))
    kept = min(scaled[0], box.size[0]), min(scaled[1], box.size[1])
    return _Target(scaled, kept, kept)


def _aspect_crop(source: Size, box: _Frame) -> _Target:
    if box.outer <= 1:
        return _cover(source, box)
    kept = _scale((box.width, box.height), 1 / box.outer)
    return _Target(source, kept, kept)


def _pad(source: Size, box: _Frame) -> _Target:
    scaled = _scale(source, box.inner)
    return _Target(scaled, scaled, box.size)


def _squeeze(source: Size, box: _Frame) -> _Target:
    return _whole(box.size)


_FITS: dict[Fit, Callable[[Size, _Frame], _Target]] = {
    Fit.SCALE_DOWN: _scale_down,
    Fit.CONTAIN: _contain,
    Fit.COVER: _cover,
    Fit.CROP: _crop,
    Fit.ASPECT_CROP: _aspect_crop,
    Fit.PAD: _pad,
    Fit.SQUEEZE: _squeeze,
    Fit.SCALE_UP: _scale_up,
}


def _scale(size: tuple[int | Fraction, int | Fraction], factor: Fraction) -> Size:
    return _round(size[0] * factor), _round(size[1] * factor)


def _round(length: int | Fraction) -> int:
    """Return the nearest whole number of pixels, halves upwards, and never none."""
    return max(1, int(length + Fraction(1, 2)))


def _place(inner: Size, outer: Size, gravity: Gravity) -> Box:
    """Return where a box lies in a larger one: the point is at the same relative place in both (§4.4)."""
    left = _share(outer[0] - inner[0], gravity.x)
    top = _share(outer[1] - inner[1], gravity.y)
    return Box(left, top, *inner)


def _share(remainder: int, ten_thousandths: int) -> int:
    return (remainder * ten_thousandths * 2 + Gravity.SCALE) // (2 * Gravity.SCALE)
