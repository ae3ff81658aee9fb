"""Small pictures drawn for these tests, and one that keeps a worker busy."""

from __future__ import annotations

import io
import random
from functools import cache

from PIL import Image

# A legal picture of 10,000 × 10,000 px in 28 bytes: lossless WebP, one colour, no bits per pixel.
HUGE_WEBP = b"".join(
    [
        b"RIFF" + (20).to_bytes(4, "little") + b"WEBP",
        b"VP8L" + (8).to_bytes(4, "little") + b"\x2f",
        (9_999 | 9_999 << 14).to_bytes(4, "little"),  # width - 1 and height - 1, fourteen bits each
        b"\x88\x88\x08",  # no transform, no cache, five Huffman codes of a single symbol
    ]
)


@cache
def draw(format_name: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a gradient in a format."""
    target = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(target, format_name)
    return target.getvalue()


@cache
def draw_noise(width: int = 4000, height: int = 3000) -> bytes:
    """Return a JPEG of noise, which no encoder gets done with quickly."""
    small = Image.frombytes("RGB", (500, 375), random.Random(1).randbytes(500 * 375 * 3))  # noqa: S311 - noise
    target = io.BytesIO()
    small.resize((width, height), Image.Resampling.NEAREST).save(target, "JPEG", quality=90)
    return target.getvalue()
