"""Fits: what each way to meet a box makes of a picture's size (catalogue §4.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from apps.imaging.box import Size, round_half_up
from apps.imaging.recipe.transform import Fit


@dataclass(frozen=True, slots=True)
class Target:
    """What a fit decides: the size to scale to, how much of it stays, and the canvas around it."""

    scaled: Size
    kept: Size
    canvas: Size


class Frame:
    """The box of a recipe around one source, both sides known, with the scales that make them meet."""

    def __init__(self, source: Size, width: Fraction, height: Fraction) -> None:
        self.width, self.height = width, height
        across, down = width / source[0], height / source[1]
        self.inner, self.outer = min(across, down), max(across, down)

    @property
    def size(self) -> Size:
        return _round(self.width), _round(self.height)


def keep_whole(size: Size) -> Target:
    """Return the target of a picture that is only scaled."""
    return Target(size, size, size)


def _scale_down(source: Size, box: Frame) -> Target:
    return keep_whole(_scale(source, min(Fraction(1), box.inner)))


def _contain(source: Size, box: Frame) -> Target:
    return keep_whole(_scale(source, box.inner))


def _scale_up(source: Size, box: Frame) -> Target:
    return keep_whole(_scale(source, max(Fraction(1), box.inner)))


def _cover(source: Size, box: Frame) -> Target:
    return Target(_scale(source, box.outer), box.size, box.size)


def _crop(source: Size, box: Frame) -> Target:
    scaled = _scale(source, min(Fraction(1), box.outer))
    kept = min(scaled[0], box.size[0]), min(scaled[1], box.size[1])
    return Target(scaled, kept, kept)


def _aspect_crop(source: Size, box: Frame) -> Target:
    if box.outer <= 1:
        return _cover(source, box)
    kept = _scale((box.width, box.height), 1 / box.outer)
    return Target(source, kept, kept)


def _pad(source: Size, box: Frame) -> Target:
    scaled = _scale(source, box.inner)
    return Target(scaled, scaled, box.size)


def _squeeze(source: Size, box: Frame) -> Target:
    return keep_whole(box.size)


FITS: dict[Fit, Callable[[Size, Frame], Target]] = {
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
    """Return the nearest whole number of pixels, and never none."""
    return max(1, round_half_up(length))
