"""Similarity: SSIM between what a contestant made and a resize that lost nothing."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

Array = np.ndarray

_RADIUS = 5  # of the window: 11×11, as the paper's
_SIGMA = 1.5
_STABILITY = ((0.01 * 255) ** 2, (0.03 * 255) ** 2)


def measure_ssim(one: Array, other: Array) -> float:
    """Return the mean SSIM of two pictures' luma, 1 for the same.

    Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment", 2004; eq. 13 and section III.B.
    """
    x, y = _read_luma(one), _read_luma(other)
    mean_x, mean_y = _blur(x), _blur(y)
    variance_x, variance_y = _blur(x * x) - mean_x**2, _blur(y * y) - mean_y**2
    covariance = _blur(x * y) - mean_x * mean_y
    c1, c2 = _STABILITY
    likeness = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    likeness /= (mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2)
    return float(likeness.mean())


def _read_luma(pixels: Array) -> Array:
    return pixels.astype(np.float64) @ (0.299, 0.587, 0.114)


def _blur(plane: Array) -> Array:
    """Return the weighted mean around each pixel that has a whole window around it."""
    steps = np.arange(-_RADIUS, _RADIUS + 1)
    window = np.exp(-(steps**2) / (2 * _SIGMA**2))
    window /= window.sum()
    for axis in (0, 1):
        length = plane.shape[axis] - 2 * _RADIUS
        parts = (weight * np.take(plane, range(at, at + length), axis) for at, weight in enumerate(window))
        plane = sum(parts)
    return plane


def make_reference(source: Path, side: int) -> Array:
    """Return the source to fit a square, on white: decoded whole by libvips, resized by Pillow's Lanczos.

    libvips because it knows what CMYK looks like; Pillow so that the yardstick is not our own resampler.
    """
    import pyvips  # here: the bench's own process should stay free of it until it is needed

    image = pyvips.Image.new_from_file(str(source))
    if image.interpretation == "cmyk":
        image = image.icc_transform("srgb", embedded=True, input_profile="cmyk")
    picture = Image.fromarray(image.numpy())
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return _lay_on_white(picture.resize(size, Image.Resampling.LANCZOS))


def read_pixels(data: bytes) -> Array:
    """Return an encoded picture's first frame, on white; height × width × 3."""
    with Image.open(io.BytesIO(data)) as picture:
        return _lay_on_white(picture)


def _lay_on_white(picture: Image.Image) -> Array:
    if picture.has_transparency_data:
        sheet = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(sheet, picture.convert("RGBA"))
    return np.asarray(picture.convert("RGB"))
