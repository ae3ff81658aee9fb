"""The font: Noto Sans with all its weights, read at import, since a locked worker can open no file.

It comes out of a package, so that a text looks the same on every machine, whatever fonts that has. Layout is
Pillow's basic one, which sets sign after sign from left to right, without kerning: the other one, Raqm, does
what the FriBiDi of the machine does, if there is any.
"""

from __future__ import annotations

import io
from fractions import Fraction
from functools import lru_cache
from importlib import resources

from PIL import ImageFont

_DATA = (resources.files("fontpkg_noto_sans") / "files" / "NotoSans[wdth,wght].ttf").read_bytes()
_FULL_WIDTH = 100


# The first sign of a font just opened takes 30 ms, the others 0.1; and a watermark comes again and again.
@lru_cache(maxsize=4)
def open_font(size: Fraction, weight: int) -> ImageFont.FreeTypeFont:
    """Return the font at a size in pixels, with letters of a weight from 100 to 900."""
    font = ImageFont.truetype(io.BytesIO(_DATA), float(size), layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([weight, _FULL_WIDTH])
    return font
