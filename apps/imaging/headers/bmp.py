"""BMP headers."""

from __future__ import annotations

from apps.imaging.errors import DamagedImage
from apps.imaging.headers.reader import Reader
from apps.imaging.source import SourceFormat, SourceInfo

_FILE_HEADER_BYTES = 14
_OLD_HEADER_BYTES = 12
_DEPTHS = frozenset({1, 2, 4, 8, 16, 24, 32})


def read_bmp(reader: Reader) -> SourceInfo:
    """Return the size; a negative height means that rows run from top to bottom."""
    reader.skip(_FILE_HEADER_BYTES)
    header_bytes = reader.number(4, "little")
    if header_bytes == _OLD_HEADER_BYTES:
        width, height = reader.number(2, "little"), reader.number(2, "little")
    elif 16 <= header_bytes <= 256:
        width, height = (abs(_signed(reader.number(4, "little"))) for _ in range(2))
    else:
        raise DamagedImage
    reader.skip(2)
    depth = reader.number(2, "little")
    if depth not in _DEPTHS:
        raise DamagedImage
    return SourceInfo(
        SourceFormat.BMP, width, height, has_alpha=depth == 32, samples=16 if depth == 32 else 12
    )


def _signed(number: int) -> int:
    return number - (1 << 32) if number >> 31 else number
