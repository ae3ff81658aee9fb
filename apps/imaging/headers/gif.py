"""GIF headers: the screen, and a walk over all blocks to count the frames."""

from __future__ import annotations

import struct
from typing import NamedTuple

from apps.imaging.errors import DamagedImage
from apps.imaging.headers.reader import Reader
from apps.imaging.source import SourceFormat, SourceInfo

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL = 0xF9
_IMAGE_HEAD = struct.Struct("<4HB")
_TABLE_FLAG, _TRANSPARENCY_FLAG = 0x80, 0x01


def read_gif(reader: Reader) -> SourceInfo:
    """Return the canvas' size and the number of frames; a missing trailer is common and forgiven.

    The canvas is the declared screen, or larger where a frame reaches beyond it.
    """
    reader.skip(6)
    width, height = reader.number(2, "little"), reader.number(2, "little")
    flags = reader.number(1)
    reader.skip(2)
    _skip_table(reader, flags)
    places: list[_Place] = []
    has_alpha = False
    while reader.remaining and (kind := reader.number(1)) != _TRAILER:
        if kind == _IMAGE:
            places.append(_skip_image(reader))
        elif kind == _EXTENSION:
            has_alpha |= _skip_extension(reader)
        elif kind:
            raise DamagedImage("The GIF holds a block that does not exist")
    if not places:
        raise DamagedImage("The GIF holds no picture")
    width = max(width, *(place.left + place.width for place in places))
    height = max(height, *(place.top + place.height for place in places))
    return SourceInfo(
        SourceFormat.GIF,
        width,
        height,
        frames=len(places),
        has_alpha=has_alpha or places[0] != _Place(0, 0, width, height),
        samples=16,
    )


class _Place(NamedTuple):
    """Where a frame lies on the canvas."""

    left: int
    top: int
    width: int
    height: int


def _skip_image(reader: Reader) -> _Place:
    *place, flags = _IMAGE_HEAD.unpack(reader.read(_IMAGE_HEAD.size))
    _skip_table(reader, flags)
    reader.skip(1)
    reader.skip_blocks()
    return _Place(*place)


def _skip_extension(reader: Reader) -> bool:
    """Pass an extension over and say whether it declares a transparent colour."""
    is_control = reader.number(1) == _GRAPHIC_CONTROL
    head = reader.peek(2)
    reader.skip_blocks()
    return is_control and len(head) == 2 and bool(head[1] & _TRANSPARENCY_FLAG)


def _skip_table(reader: Reader, flags: int) -> None:
    if flags & _TABLE_FLAG:
        reader.skip(3 << ((flags & 7) + 1))
