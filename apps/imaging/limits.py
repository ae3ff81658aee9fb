"""Limits: what an image may weigh and measure before anything of it is decoded.

File size says nothing: 28 bytes of WebP are a legal picture of 100 megapixels. Only the header's numbers
do, and no decoder checks them for us.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum

from apps.imaging.box import Size
from apps.imaging.errors import LimitExceeded
from apps.imaging.geometry.plan import Plan
from apps.imaging.recipe import OutputFormat
from apps.imaging.source import SourceFormat, SourceInfo

MAX_WEBP_SIDE = 16_383  # fourteen bits of its header
_HEIF = frozenset({SourceFormat.AVIF, SourceFormat.HEIC})


class FailOn(Enum):
    """What is wrong enough with a file for its rendition to fail, in libvips' words."""

    TRUNCATED = "truncated"
    NONE = "none"


class LargeAnimation(Enum):
    """What becomes of an animation that is within the limits but too large to be transformed (passing.py)."""

    AS_IS = "as-is"
    FIRST_FRAME = "first-frame"


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds, all inclusive, and what to do about what comes near; the defaults are Cloudflare's.

    max_heif_bytes: what libheif takes to decode AVIF and HEIC is no more, or it gives up: 89 megapixels of
    10-bit 4:4:4 with alpha.
    max_frames: a frame costs time however small it is; a 230 kB GIF can hold 10,000.
    max_metadata_bytes: profiles, EXIF and text, unpacked; 196 kB of PNG text can unpack to 192 MB.
    max_svg_…: every element of a drawing, with all its attributes, is looked at; a megabyte of style can take
    1.7 s (`a;a;a;`).
    max_text_pixels: of a text that is drawn; 200 letters, each 200 pixels high, have 7 million.
    max_enlarged_side: bounds what a link can make of a small original. max_webp_side: the format's own.
    large_animation: of more than large_animation_pixels in all its frames.
    fail_on: NONE renders what there is of a JPEG whose end is missing, and grey for the rest; other formats'
    headers tell already that something is missing. An upload is not taken in that state, whatever this says.
    """

    max_bytes: int = 10 * 1024**2
    max_side: int = 12_000
    max_pixels: int = 100_000_000
    max_heif_bytes: int = 2 * 1024**3
    max_animation_pixels: int = 100_000_000
    max_frames: int = 1_000
    max_metadata_bytes: int = 8 * 1024**2
    max_svg_bytes: int = 10 * 1024**2
    max_svg_depth: int = 500
    max_svg_elements: int = 200_000
    max_svg_attributes: int = 200
    max_svg_style_length: int = 4 * 1024**2
    max_text_pixels: int = 10_000_000
    max_enlarged_side: int = 5_000
    max_webp_side: int = MAX_WEBP_SIDE
    large_animation_pixels: int = 50_000_000
    large_animation: LargeAnimation = LargeAnimation.AS_IS
    fail_on: FailOn = FailOn.TRUNCATED

    def check(self, info: SourceInfo) -> None:
        """Raise LimitExceeded, naming the limit, unless the source is within all of them."""
        pixels = info.width * info.height
        self._check("max_bytes", info.size_bytes)
        if info.format is SourceFormat.SVG:  # has no pixels; what it is made of is counted while it is read
            return
        self._check("max_side", max(info.width, info.height))
        self._check("max_pixels", pixels)
        if info.format in _HEIF:
            self._check("max_heif_bytes", round(pixels * _heif_bytes_per_pixel(info)))
        self._check("max_frames", info.frames)
        if info.is_animated:
            self._check("max_animation_pixels", pixels * info.frames)
        self._check("max_metadata_bytes", info.metadata_bytes)

    def check_text(self, size: Size) -> None:
        """Raise LimitExceeded for a text of that size in pixels."""
        self._check("max_text_pixels", size[0] * size[1])

    def check_plan(
        self, plan: Plan, info: SourceInfo, *, frames: int, output: OutputFormat | None = None
    ) -> None:
        """Raise LimitExceeded for what is enlarged beyond what a link may ask for, or beyond its format."""
        original = plan.turn.lay((info.width, info.height))
        for side, original_side in zip(plan.size, original, strict=True):
            if side > original_side:
                self._check("max_enlarged_side", side)
        if output is OutputFormat.WEBP:
            self._check("max_webp_side", max(plan.size))
        if frames > 1:
            self._check("max_animation_pixels", plan.size[0] * plan.size[1] * frames)

    def _check(self, limit: str, actual: int) -> None:
        allowed = getattr(self, limit)
        if actual > allowed:
            raise LimitExceeded(limit, actual, allowed)


def _heif_bytes_per_pixel(info: SourceInfo) -> float:
    """Return what libheif holds at once: the codec's planes, those of RGB, and the finished pixels."""
    channels = 4 if info.has_alpha else 3
    return (info.samples / 4 + 2 * channels) * (2 if info.bits > 8 else 1)


# The fields that are upper bounds, which a LimitExceeded may name.
LIMIT_NAMES = frozenset(entry.name for entry in fields(Limits) if entry.name.startswith("max_"))
