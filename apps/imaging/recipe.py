"""Recipe: everything a rendition is asked to be, as one frozen value."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from enum import Enum
from typing import ClassVar

from apps.imaging.colour import Colour


class Fit(Enum):
    """How the picture meets the box of width and height (numbers in tests/imaging/test_geometry.py)."""

    SCALE_DOWN = "scale-down"
    CONTAIN = "contain"
    COVER = "cover"
    CROP = "crop"
    ASPECT_CROP = "aspect-crop"
    PAD = "pad"
    SQUEEZE = "squeeze"
    SCALE_UP = "scale-up"


class OutputFormat(Enum):
    """What can be written."""

    JPEG = "jpeg"
    BASELINE_JPEG = "baseline-jpeg"
    PNG = "png"
    WEBP = "webp"
    AVIF = "avif"
    GIF = "gif"

    @property
    def content_type(self) -> str:
        return f"image/{self.value.removeprefix('baseline-')}"

    @property
    def extension(self) -> str:
        """Without a dot."""
        return "jpg" if self.is_jpeg else self.value

    @property
    def is_jpeg(self) -> bool:
        return self in (OutputFormat.JPEG, OutputFormat.BASELINE_JPEG)

    @property
    def can_animate(self) -> bool:
        """Whether we write animations in it; libvips writes AVIF as stills only."""
        return self in (OutputFormat.WEBP, OutputFormat.GIF)


class FormatChoice(Enum):
    """What may be asked for. GIF cannot, as at Cloudflare: it is what `auto` comes to for an animation."""

    AUTO = "auto"
    AVIF = "avif"
    WEBP = "webp"
    JPEG = "jpeg"
    BASELINE_JPEG = "baseline-jpeg"
    PNG = "png"

    @property
    def output(self) -> OutputFormat | None:
        """The one format it stands for; None for AUTO."""
        return None if self is FormatChoice.AUTO else OutputFormat(self.value)


class Metadata(Enum):
    """What of EXIF, XMP and IPTC survives; in JPEG only, every other format drops everything."""

    KEEP = "keep"
    COPYRIGHT = "copyright"
    NONE = "none"


class Flip(Enum):
    """Mirroring, before any rotation."""

    NONE = ""
    HORIZONTAL = "h"
    VERTICAL = "v"
    BOTH = "hv"


@dataclass(frozen=True, slots=True)
class Gravity:
    """The point to keep when cutting, in ten-thousandths of each side; or `is_auto`: what draws the eye.

    Ten-thousandths, so that geometry stays within integers and the text form is exact.
    """

    x: int = 5_000
    y: int = 5_000
    is_auto: bool = False

    SCALE: ClassVar[int] = 10_000

    def __str__(self) -> str:
        """`auto`, a side's name, or `XxY` with shares from 0 to 1."""
        if self.is_auto:
            return "auto"
        return _SIDE_NAMES.get((self.x, self.y)) or f"{self.x / self.SCALE:g}x{self.y / self.SCALE:g}"


AUTO = Gravity(is_auto=True)
SIDES = {
    "center": Gravity(5_000, 5_000),
    "left": Gravity(0, 5_000),
    "right": Gravity(10_000, 5_000),
    "top": Gravity(5_000, 0),
    "bottom": Gravity(5_000, 10_000),
}
_SIDE_NAMES = {(side.x, side.y): name for name, side in SIDES.items()}


@dataclass(frozen=True, slots=True)
class Recipe:
    """One set of options; the defaults ask for the original's size in the best format.

    width, height: of the box, in pixels times `dpr`; None is derived. quality: 1 to 100 on JPEG's scale;
    None is the preset's. background: what shows through transparency and in padding; None is nothing, and
    white where the format or the fit needs something. blur: radius, 0 to 250; sharpen: 0 to 10. rotate:
    clockwise, after `flip`.
    """

    width: int | None = None
    height: int | None = None
    fit: Fit = Fit.SCALE_DOWN
    gravity: Gravity = Gravity()
    dpr: float = 1.0
    quality: int | None = None
    format: FormatChoice = FormatChoice.AUTO
    anim: bool = True
    metadata: Metadata = Metadata.COPYRIGHT
    background: Colour | None = None
    flip: Flip = Flip.NONE
    rotate: int = 0
    blur: float = 0.0
    sharpen: float = 0.0

    def settings(self) -> dict[str, object]:
        """Return what differs from the defaults, by field name in alphabetical order."""
        named = sorted((entry.name, entry.default) for entry in fields(self))
        return {name: getattr(self, name) for name, default in named if getattr(self, name) != default}

    @property
    def fingerprint(self) -> str:
        """32 hexadecimal digits that stand for the recipe without its format, which is a key's own part.

        Only what differs from the defaults counts, so an option added later changes no fingerprint of today.
        """
        parts = [
            f"{name}={write_value(value)}" for name, value in self.settings().items() if name != "format"
        ]
        return hashlib.sha256(",".join(parts).encode("ascii")).hexdigest()[:32]


def write_value(value: object) -> str:
    """Return a setting as canonical text; it holds no comma and nothing a URL would have to escape."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
