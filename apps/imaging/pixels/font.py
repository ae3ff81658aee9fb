"""The font: Noto Sans with all its weights, read at import, since a locked worker can open no file.

It comes out of a package, so that a text looks the same on every machine, whatever fonts that has. Layout is
Pillow's basic one, which sets sign after sign from left to right, without kerning: the other one, Raqm, does
what the FriBiDi of the machine does, if there is any.
"""

from __future__ import annotations

import io
import struct
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from importlib import resources

from PIL import ImageFont

_DATA = (resources.files("fontpkg_noto_sans") / "files" / "NotoSans[wdth,wght].ttf").read_bytes()
_FULL_WIDTH = 100
_UNICODE_TABLE = (3, 10)  # platform and encoding of the table with all characters
# Devanagari's signs change with their neighbours, which the basic layout knows nothing of.
_SHAPED = (range(0x0900, 0x0980), range(0x1CD0, 0x1D00), range(0xA8E0, 0xA900), range(0x11B00, 0x11B60))


# The first sign of a font just opened takes 30 ms, the others 0.1; and a watermark comes again and again.
@lru_cache(maxsize=4)
def open_font(size: Fraction, weight: int) -> ImageFont.FreeTypeFont:
    """Return the font at a size in pixels, with letters of a weight from 100 to 900."""
    font = ImageFont.truetype(io.BytesIO(_DATA), float(size), layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([weight, _FULL_WIDTH])
    return font


def _read_characters(data: bytes) -> Iterator[int]:
    """Yield the code points a font has signs for.

    https://learn.microsoft.com/en-us/typography/opentype/spec/cmap#format-12-segmented-coverage
    """
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {tag: start for tag, _, start, _ in struct.iter_unpack(">4sIII", data[12 : 12 + 16 * count])}
    start = tables[b"cmap"]
    (count,) = struct.unpack_from(">H", data, start + 2)
    rows = struct.iter_unpack(">HHI", data[start + 4 : start + 4 + 8 * count])
    start += next(offset for *kind, offset in rows if tuple(kind) == _UNICODE_TABLE)
    (count,) = struct.unpack_from(">I", data, start + 12)
    for first, last, _ in struct.iter_unpack(">III", data[start + 16 : start + 16 + 12 * count]):
        yield from range(first, last + 1)


def _is_set_by_itself(point: int) -> bool:
    is_format = unicodedata.category(chr(point)) in ("Cc", "Cf", "Zl", "Zp")
    return not is_format and not any(point in shaped for shaped in _SHAPED)


CHARACTERS = frozenset(chr(point) for point in _read_characters(_DATA) if _is_set_by_itself(point))
