"""GIF without its metadata: blocks are copied or left out, the frames as they are."""

from __future__ import annotations

from collections.abc import Iterator

from apps.imaging.blocks import pass_blocks
from apps.imaging.errors import DamagedImage, TruncatedImage
from apps.imaging.source import SourceInfo

_EXTENSION, _FRAME, _END = 0x21, 0x2C, 0x3B
_COMMENT, _APPLICATION = 0xFE, 0xFF
# How often to repeat, by either of its names, and the profile.
_KEPT_APPLICATIONS = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")
_HEAD_BYTES, _FRAME_BYTES = 13, 10


def strip_gif(data: bytes, info: SourceInfo) -> Iterator[bytes]:
    position = _HEAD_BYTES + _table_bytes(data, 10)
    kept = [data[:position]]
    # A missing end is common and forgiven, as header and decoder do.
    while position < len(data) and (kind := data[position]) != _END:
        start = position
        if kind == _EXTENSION:
            position = _skip_blocks(data, position + 2)
        elif kind == _FRAME:
            table = position + _FRAME_BYTES
            position = _skip_blocks(data, table + _table_bytes(data, table - 1) + 1)
        else:
            raise DamagedImage
        if _is_kept(data[start : start + 14]):
            kept.append(data[start:position])
    yield b"".join(kept) + bytes((_END,))


def _is_kept(head: bytes) -> bool:
    if head[0] != _EXTENSION or head[1] not in (_COMMENT, _APPLICATION):
        return True
    return head[1] == _APPLICATION and head[3:14] in _KEPT_APPLICATIONS


def _table_bytes(data: bytes, flags_at: int) -> int:
    """Return the length of the colour table that a byte of flags announces."""
    flags = _byte(data, flags_at)
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _skip_blocks(data: bytes, position: int) -> int:
    """Return where what follows a chain of blocks begins."""
    end, _ = pass_blocks(data, position)
    if end >= len(data):
        raise TruncatedImage
    return end + 1


def _byte(data: bytes, position: int) -> int:
    if position >= len(data):
        raise TruncatedImage
    return data[position]
