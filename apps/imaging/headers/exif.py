"""EXIF: the two facts we take from it, of which we can write one alone.

An EXIF block is a small TIFF file. libexif would tell the same, but only to those who decode.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

_ORIENTATION = 0x0112
_COPYRIGHT = 0x8298
_ASCII, _SHORT = 2, 3
_MAX_ENTRIES = 1_000
_MAX_COPYRIGHT_BYTES = 4_096
PREFIX = b"Exif\0\0"


def read_orientation(block: bytes) -> int:
    """Return the orientation in an EXIF block, with or without its prefix; 1 where it holds no valid one."""
    for tag, kind, _, value, order in _entries(_without_prefix(block)):
        if tag == _ORIENTATION and kind == _SHORT:
            orientation = int.from_bytes(value[:2], order)
            return orientation if 1 <= orientation <= 8 else 1
    return 1


def read_copyright(block: bytes) -> bytes:
    """Return the copyright notice in an EXIF block; empty where there is none."""
    tiff = _without_prefix(block)
    for tag, kind, count, value, order in _entries(tiff):
        if tag == _COPYRIGHT and kind == _ASCII:
            if count <= 4:
                text = value[:count]
            else:
                start = int.from_bytes(value, order)
                text = tiff[start : start + min(count, _MAX_COPYRIGHT_BYTES)]
            # Photographer and editor are separated by a NUL; the end is marked by one too.
            return text.rstrip(b"\0 ")
    return b""


def write_orientation(orientation: int) -> bytes:
    """Return an EXIF block, prefix included, that holds an orientation and nothing else."""
    entry = _ORIENTATION.to_bytes(2, "big") + _SHORT.to_bytes(2, "big") + (1).to_bytes(4, "big")
    directory = (1).to_bytes(2, "big") + entry + orientation.to_bytes(2, "big") + bytes(2) + bytes(4)
    return PREFIX + b"MM\0*" + (8).to_bytes(4, "big") + directory


def _without_prefix(block: bytes) -> bytes:
    return block[len(PREFIX) :] if block.startswith(PREFIX) else block


def _entries(tiff: bytes) -> Iterator[tuple[int, int, int, bytes, Literal["big", "little"]]]:
    """Yield tag, type, count and the four value bytes of the first directory's entries, as far as they go."""
    order: Literal["big", "little"]
    if tiff[:4] == b"II*\0":
        order = "little"
    elif tiff[:4] == b"MM\0*":
        order = "big"
    else:
        return
    start = int.from_bytes(tiff[4:8], order)
    count = int.from_bytes(tiff[start : start + 2], order)
    for index in range(min(count, _MAX_ENTRIES)):
        entry = tiff[start + 2 + index * 12 :][:12]
        if len(entry) < 12:
            return
        tag, kind, length = (int.from_bytes(entry[a:b], order) for a, b in ((0, 2), (2, 4), (4, 8)))
        yield tag, kind, length, entry[8:], order
