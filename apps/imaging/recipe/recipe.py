"""Recipe: everything a rendition is asked to be, as one frozen value."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from apps.imaging.recipe.overlay import Overlay
from apps.imaging.recipe.settings import Settings, write_value
from apps.imaging.recipe.transform import Transform


class OutputFormat(Enum):
    """What can be written."""

    JPEG = "jpeg"
    BASELINE_JPEG = "baseline-jpeg"
    PNG = "png"
    WEBP = "webp"
    AVIF = "avif"
    JSON = "json"  # facts instead of a picture
    PLACEHOLDER = "placeholder"  # what to show meanwhile instead of a picture
    GIF = "gif"
    SVG = "svg"  # of an SVG, and of nothing else

    @property
    def content_type(self) -> str:
        if self is OutputFormat.SVG:
            return "image/svg+xml"
        if self in _ABOUT_PICTURES:
            return "application/json"
        return f"image/{self.value.removeprefix('baseline-')}"

    @property
    def is_raster(self) -> bool:
        """Whether it has pixels."""
        return self is not OutputFormat.SVG and self not in _ABOUT_PICTURES

    @property
    def extension(self) -> str:
        """Without a dot."""
        if self in _ABOUT_PICTURES:
            return "json"
        return "jpg" if self.is_jpeg else self.value

    @property
    def is_jpeg(self) -> bool:
        return self in (OutputFormat.JPEG, OutputFormat.BASELINE_JPEG)

    @property
    def can_animate(self) -> bool:
        """Whether we write animations in it; libvips writes AVIF as stills only."""
        return self in (OutputFormat.WEBP, OutputFormat.GIF)


_ABOUT_PICTURES = (OutputFormat.JSON, OutputFormat.PLACEHOLDER)


class FormatChoice(Enum):
    """What may be asked for. GIF cannot, as at Cloudflare: it is what `auto` comes to for an animation."""

    AUTO = "auto"
    AVIF = "avif"
    WEBP = "webp"
    JPEG = "jpeg"
    BASELINE_JPEG = "baseline-jpeg"
    PNG = "png"
    JSON = "json"
    PLACEHOLDER = "placeholder"

    @property
    def output(self) -> OutputFormat | None:
        """The one format it stands for; None for AUTO."""
        return None if self is FormatChoice.AUTO else OutputFormat(self.value)


class AutoWidth(Enum):
    """The width is a breakpoint that suits the screen (hints.py)."""

    AUTO = "auto"


class Compression(Enum):
    """Whether time or bytes count more."""

    USUAL = ""
    FAST = "fast"  # the quickest encoder there is, whatever format was asked for


class Metadata(Enum):
    """What of EXIF, XMP and IPTC survives; in JPEG only, every other format drops everything."""

    KEEP = "keep"
    COPYRIGHT = "copyright"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Recipe(Transform):
    """One set of options; the defaults ask for the original's size in the best format.

    width, height: of the box, in pixels times `dpr`; None is derived. AUTO is one of `wbreakpoints`, or
    `wmobile` or `wdesktop`.
    quality: 1 to 100 on JPEG's scale; None is the preset's. slow_connection_quality: instead of it, on a slow
    connection. max_bytes: the quality is lowered until the file has no more.
    draw: overlays, the lowest first; options can express MAX_OVERLAYS of them.
    """

    width: int | AutoWidth | None = None
    wbreakpoints: tuple[int, ...] = (320, 768, 960, 1200)
    wmobile: int = 768
    wdesktop: int = 1200
    height: int | None = None
    dpr: float = 1.0
    quality: int | None = None
    slow_connection_quality: int | None = None
    max_bytes: int | None = None
    compression: Compression = Compression.USUAL
    format: FormatChoice = FormatChoice.AUTO
    anim: bool = True
    metadata: Metadata = Metadata.COPYRIGHT
    draw: tuple[Overlay, ...] = ()

    LISTS: ClassVar[Mapping[str, type[Settings]]] = {"draw": Overlay}

    @property
    def drawn_images(self) -> tuple[str, ...]:
        """The ids of the images it draws, each once, in order."""
        return tuple(dict.fromkeys(overlay.image for overlay in self.draw if overlay.image))

    @property
    def fingerprint(self) -> str:
        """32 hexadecimal digits that stand for the recipe without its format, which is a key's own part.

        Only what differs from the defaults counts, so an option added later changes no fingerprint of today.
        """
        parts = [
            f"{name}={write_value(value)}" for name, value in self.settings().items() if name != "format"
        ]
        return hashlib.sha256(",".join(parts).encode("ascii")).hexdigest()[:32]
