"""The cost of decoding a source, by how its format works.

Time grows with the numbers a decoder puts out and with the bytes it reads; memory with what it cannot give
away row by row.
"""

from __future__ import annotations

from dataclasses import dataclass

from apps.imaging.cost.figure import MEGA, Cost
from apps.imaging.source import SourceFormat, SourceInfo

_BASE_MS = 8
_BASE_BYTES = 10 * MEGA
# Rows in every step's buffers: 8 MB at a width of 3,000 and 32 MB at 6,000 (TIFF to 512 px).
_BYTES_PER_COLUMN = 5_500
# libtiff takes a strip whole, but none larger than this (measured: 72 MB refused).
_MAX_STRIP_BYTES = 64 * MEGA


@dataclass(frozen=True, slots=True)
class _Rate:
    """Milliseconds per million numbers (a third of an 8-bit RGB pixel) and per megabyte; bytes per pixel."""

    ms_per_number: float
    ms_per_megabyte: float
    bytes_per_pixel: float


def estimate_decoding(info: SourceInfo, *, is_whole: bool) -> Cost:
    """Return the cost of one pass over a source: over all its frames if `is_whole`, else over the first."""
    if info.format is SourceFormat.SVG:  # pure Python over text: 10 MB take 16 s at the very most
        return Cost(round(info.size_bytes * 400 / MEGA), _BASE_BYTES + 30 * info.size_bytes)
    frames = info.frames if is_whole else 1
    rate = _find_rate(info)
    pixels = info.width * info.height
    numbers = pixels * frames * info.samples / 4 * max(1, info.bits / 8)
    ms = numbers / MEGA * rate.ms_per_number + info.size_bytes / MEGA * rate.ms_per_megabyte
    held = rate.bytes_per_pixel * pixels
    if info.format is SourceFormat.TIFF:
        held = min(held, _MAX_STRIP_BYTES)
    if (
        info.is_animated and info.format is SourceFormat.WEBP
    ):  # the roll of all frames: 95 MB for 23 megapixels
        held *= frames
    return Cost(_BASE_MS + round(ms), _BASE_BYTES + round(held) + _BYTES_PER_COLUMN * info.width)


def _find_rate(info: SourceInfo) -> _Rate:
    is_deep = info.bits > 8
    match info.format:
        case SourceFormat.JPEG if info.is_interlaced:
            # Every coefficient is kept: 335, 621, 835 MB for 100 megapixels of 4:2:0, 4:4:4, CMYK.
            return _Rate(3.4, 35.0, 0.5 * info.samples)
        case SourceFormat.JPEG:
            return _Rate(0.4, 8.0, 0.1)
        case SourceFormat.PNG if info.is_interlaced:
            return _Rate(6.5, 2.2, info.samples / 4 * max(1, info.bits / 8) + 0.3)
        case SourceFormat.PNG:
            return _Rate(2.4, 3.6, 0.3)
        case SourceFormat.WEBP if info.samples >= 16:
            return _Rate(4.6, 0.0, 5.2)  # lossless, or a canvas
        case SourceFormat.WEBP:
            # Without alpha nearly all of it is address space that is never touched, and counts all the same.
            return _Rate(6.0, 0.0, 2.7 if info.samples <= 6 else 3.4)
        case SourceFormat.GIF:
            return _Rate(2.6, 0.0, 5.0)
        case SourceFormat.AVIF if info.is_animated:
            return _Rate(1.7, 0.0, 12.0)  # by Pillow, frame by frame
        case SourceFormat.AVIF:
            # 100 megapixels of 4:2:0, 4:4:4, 4:2:0 with alpha: 1,477, 1,767, 1,585 MB; 10 bits: 1,770, 2,350.
            return _Rate(6.7, 470.0, 12 + info.samples * (0.95 if is_deep else 0.45))
        case SourceFormat.HEIC:
            return _Rate(20.0, 120.0, (3 + info.samples / 4) * (2 if is_deep else 1))
        case SourceFormat.TIFF:
            return _Rate(4.8, 0.0, info.samples / 4 * max(1, info.bits / 8))
        case SourceFormat.BMP:
            # Pillow's picture has four bytes a pixel, ours three: 780 MB for 100 megapixels.
            return _Rate(3.8, 0.0, 7.5)
        case _:
            raise ValueError(info.format)
