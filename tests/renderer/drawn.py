"""The pictures of these tests: small ones of every kind, and one that keeps a worker busy."""

from __future__ import annotations

import random
from functools import cache

from PIL import Image

from apps.imaging.recipe import OutputFormat
from tests import pictures

# What pixels can be written as.
RASTERS = [output for output in OutputFormat if output.value != "svg"]


@cache
def draw(format_name: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """Return the card as a file."""
    return pictures.encode(pictures.draw_card(*size), format_name)


@cache
def draw_noise(width: int = 4000, height: int = 3000) -> bytes:
    """Return a JPEG of noise, which no encoder gets done with quickly."""
    noise = random.Random(1).randbytes(500 * 375 * 3)  # noqa: S311 - nothing secret about it
    small = Image.frombytes("RGB", (500, 375), noise)
    return pictures.encode(small.resize((width, height), Image.Resampling.NEAREST), "JPEG", quality=90)


@cache
def draw_every_kind() -> dict[str, bytes]:
    """Return one picture of every kind there is, by name."""
    card = pictures.draw_card()
    return {
        **{name: draw(name) for name in ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP")},
        **{f"animated {name}": pictures.animation(name) for name in ("GIF", "WEBP", "PNG", "AVIF")},
        "HEIC": pictures.heic(),
        "CMYK": pictures.cmyk_jpeg(),
        "16 bits": pictures.grey16_png(),
        "transparent": pictures.transparent_png(),
        "with all metadata": pictures.telling_jpeg(),
        "of another colour space": pictures.encode(card, "JPEG", icc_profile=pictures.swapped_profile()),
        "with a palette": pictures.encode(card.quantize(16), "PNG"),
        "progressive": pictures.encode(card, "JPEG", progressive=True),
    }
