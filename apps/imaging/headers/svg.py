"""SVG headers: the size a drawing asks for, from its root element's tag."""

from __future__ import annotations

import math
import re
from xml.parsers import expat

from apps.imaging.errors import DamagedImage, NotAnImage, UnsupportedFormat
from apps.imaging.headers.reader import Reader
from apps.imaging.prolog import decode, find_root
from apps.imaging.source import SourceFormat, SourceInfo

_HEAD_BYTES = 64 * 1024
_ROOT = "http://www.w3.org/2000/svg svg"
_LENGTH = re.compile(r"\s*+([+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:e[+-]?\d++)?)\s*+([a-z]*+)\s*+", re.IGNORECASE)
_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 96 / 25.4,
    "q": 96 / 101.6,
    "pt": 96 / 72,
    "pc": 16.0,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
}
# CSS' size for what names none.
_DEFAULT_WIDTH, _DEFAULT_HEIGHT = 300.0, 150.0
# No pixel stands behind the number, so it is no reason to refuse a drawing; but columns and records end.
_MAX_SIDE = 65_535


def read_svg(reader: Reader) -> SourceInfo:
    """Return the size in CSS pixels, whole and from 1 to 65,535; the aspect of `viewBox` fills in for a side.

    Raises NotAnImage when the root is no SVG element, and as `prolog` does.
    """
    text = decode(reader.peek(_HEAD_BYTES), is_whole=reader.size <= _HEAD_BYTES)
    width, height = _measure(_read_root(text[find_root(text) :]))
    return SourceInfo(SourceFormat.SVG, width, height, has_alpha=True)


def _read_root(text: str) -> dict[str, str]:
    """Return the attributes of the first element."""
    found: list[tuple[str, dict[str, str]]] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        found.append((name, attributes))
        parser.StartElementHandler = None

    parser = expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler = begin
    try:
        parser.Parse(text, False)
    except expat.ExpatError as error:
        if not found:
            raise DamagedImage from error
    if not found:
        raise DamagedImage("The SVG's first element does not end")
    name, attributes = found[0]
    if name == "svg":
        raise UnsupportedFormat("SVG (without its namespace)")  # no browser draws it as a picture
    if name != _ROOT:
        raise NotAnImage
    return attributes


def _measure(attributes: dict[str, str]) -> tuple[int, int]:
    width, height = (_read_length(attributes.get(name, "")) for name in ("width", "height"))
    box = _read_box(attributes.get("viewBox", ""))
    if width is None and height is None:
        width, height = box or (_DEFAULT_WIDTH, _DEFAULT_HEIGHT)
    elif width is None:
        width = (height or 0) * box[0] / box[1] if box else _DEFAULT_WIDTH
    elif height is None:
        height = width * box[1] / box[0] if box else _DEFAULT_HEIGHT
    return _round(width), _round(height or 0)


def _read_length(text: str) -> float | None:
    """Return a length in pixels; None for a share of something, for nonsense, and for nothing at all."""
    match = _LENGTH.fullmatch(text)
    unit = _PIXELS.get(match[2].lower()) if match else None
    if match is None or unit is None:
        return None
    length = float(match[1]) * unit
    return length if 0 < length < math.inf else None


def _read_box(text: str) -> tuple[float, float] | None:
    """Return the sides of a viewBox; None if it has none to go by."""
    numbers = text.replace(",", " ").split()
    sides = [_read_length(number) for number in numbers[2:]] if len(numbers) == 4 else []
    width, height = sides or (None, None)
    return (width, height) if width and height else None


def _round(length: float) -> int:
    return round(min(max(length, 1), _MAX_SIDE))
