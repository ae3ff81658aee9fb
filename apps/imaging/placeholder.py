"""Placeholder: the answer to `format=placeholder`, what can be shown of a rendition while it is on its way.

    {"width": 400, "height": 300, "placeholder": "1QcSHQRnh493V4dIh4eXh1h4kJUI", "dominant_color": "#8a7f70"}

It is the rendition's own, after trimming, cutting and padding: a page puts it where that very picture will
stand, and keeps the place free by its size. `placeholder` is a thumbhash in base64; `dominant_color` is null
where all is clear. Small enough to stand in the page itself.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from dataclasses import dataclass

from apps.imaging.box import Size
from apps.imaging.recipe.colour import Colour
from apps.imaging.thumbhash import write_thumbhash

MAX_SIDE_PIXELS = 65_535
_HALF_OPAQUE = 128
_MAX_BYTES = 300
_THUMBHASH_BYTES = range(5, 26)
_OPAQUE_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """size: of the rendition it stands for. thumbhash: 5 to 25 bytes.

    dominant_colour: the most frequent one; None if all is clear.
    """

    size: Size
    thumbhash: bytes
    dominant_colour: Colour | None

    @property
    def thumbhash_text(self) -> str:
        """In base64, as it is sent."""
        return base64.b64encode(self.thumbhash).decode()


def make_placeholder(size: Size, pixels: bytes, width: int, height: int) -> Placeholder:
    """Return the placeholder of a rendition, from its RGBA pixels at no more than 100 a side."""
    return Placeholder(size, write_thumbhash(pixels, width, height), find_dominant_colour(pixels))


def write_placeholder(placeholder: Placeholder) -> bytes:
    """Return the JSON."""
    colour = placeholder.dominant_colour
    fields: dict[str, object] = {
        "width": placeholder.size[0],
        "height": placeholder.size[1],
        "placeholder": placeholder.thumbhash_text,
        "dominant_color": None if colour is None else f"#{colour}",
    }
    return json.dumps(fields).encode()


def read_placeholder(data: bytes) -> Placeholder:
    """Return what write_placeholder() wrote, or raise ValueError."""
    if len(data) > _MAX_BYTES:
        raise ValueError("a placeholder is smaller")
    fields = json.loads(data)
    if not isinstance(fields, dict) or list(fields) != ["width", "height", "placeholder", "dominant_color"]:
        raise ValueError("a placeholder has other fields")
    width, height, thumbhash, colour = fields.values()
    found = Placeholder(
        (_read_side(width), _read_side(height)), _read_thumbhash(thumbhash), _read_colour(colour)
    )
    if write_placeholder(found) != data:
        raise ValueError("a placeholder is written in one way only")
    return found


def is_placeholder(data: bytes) -> bool:
    """Whether bytes from a process that is not trusted are what write_placeholder() writes."""
    try:
        read_placeholder(data)
    except (ValueError, RecursionError):
        return False
    return True


def find_dominant_colour(pixels: bytes) -> Colour | None:
    """Return the mean of the fullest of 512 cells of colour, from RGBA pixels; None if all is clear."""
    counts: Counter[tuple[int, int, int]] = Counter()
    sums: dict[tuple[int, int, int], list[int]] = {}
    for at in range(0, len(pixels), 4):
        red, green, blue, alpha = pixels[at : at + 4]
        if alpha < _HALF_OPAQUE:
            continue
        cell = red >> 5, green >> 5, blue >> 5
        counts[cell] += 1
        total = sums.setdefault(cell, [0, 0, 0])
        for band, value in enumerate((red, green, blue)):
            total[band] += value
    if not counts:
        return None
    cell, count = max(counts.items(), key=lambda entry: (entry[1], entry[0]))
    return Colour(*(round(total / count) for total in sums[cell]))


def _read_side(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_SIDE_PIXELS:
        raise ValueError("a side is a number of pixels")
    return value


def _read_thumbhash(value: object) -> bytes:
    thumbhash = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    if len(thumbhash) not in _THUMBHASH_BYTES:
        raise ValueError("a thumbhash has 5 to 25 bytes")
    return thumbhash


def _read_colour(value: object) -> Colour | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _OPAQUE_COLOUR.fullmatch(value):
        raise ValueError("a colour has six hexadecimal digits")
    return Colour(*bytes.fromhex(value[1:]))
