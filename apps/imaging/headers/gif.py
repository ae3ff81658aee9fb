"""GIF headers: the screen, and a walk over all blocks to count the frames."""

from __future__ import annotations

from apps.imaging.errors import DamagedImage, TruncatedImage
from apps.imaging.headers.reader import Reader
from apps.imaging.source import SourceFormat, SourceInfo

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL = 0xF9
_TABLE_FLAG, _TRANSPARENCY_FLAG = 0x80, 0x01


def read_gif(reader: Reader) -> SourceInfo:
    """Return the screen's size and the number of frames; a missing trailer is common and forgiven."""
    reader.skip(6)
    width, height = reader.number(2, "little"), reader.number(2, "little")
    flags = reader.number(1)
    reader.skip(2)
    _skip_table(reader, flags)
    frames, has_alpha = 0, False
    try:
        while (kind := reader.number(1)) != _TRAILER:
            if kind == _IMAGE:
                _skip_image(reader)
                frames += 1
            elif kind == _EXTENSION:
                has_alpha |= _skip_extension(reader)
            elif kind:
                raise DamagedImage("The GIF holds a block that does not exist")
    except TruncatedImage:
        if not frames:
            raise
    if not frames:
        raise DamagedImage("The GIF holds no picture")
    return SourceInfo(SourceFormat.GIF, width, height, frames=frames, has_alpha=has_alpha)


def _skip_image(reader: Reader) -> None:
    reader.skip(8)
    _skip_table(reader, reader.number(1))
    reader.skip(1)
    _skip_blocks(reader)


def _skip_extension(reader: Reader) -> bool:
    """Pass an extension over and say whether it declares a transparent colour."""
    is_control = reader.number(1) == _GRAPHIC_CONTROL
    head = reader.peek(2)
    _skip_blocks(reader)
    return is_control and len(head) == 2 and bool(head[1] & _TRANSPARENCY_FLAG)


def _skip_blocks(reader: Reader) -> None:
    while length := reader.number(1):
        reader.skip(length)


def _skip_table(reader: Reader, flags: int) -> None:
    if flags & _TABLE_FLAG:
        reader.skip(3 << ((flags & 7) + 1))
