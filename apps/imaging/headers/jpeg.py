"""JPEG headers: the marker segments before the first scan."""

from __future__ import annotations

from apps.imaging.errors import DamagedImage
from apps.imaging.headers.exif import PREFIX, read_orientation
from apps.imaging.headers.reader import Reader
from apps.imaging.source import SourceFormat, SourceInfo

_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
# Every start-of-frame marker but DHT (C4), JPG (C8) and DAC (CC), which share their row.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
_APPLICATION = range(0xE0, 0xF0)
_EXIF, _COMMENT = 0xE1, 0xFE


def read_jpeg(reader: Reader) -> SourceInfo:
    """Return the frame's size and the EXIF orientation."""
    reader.skip(2)
    orientation, metadata_bytes = 1, 0
    while True:
        marker = _next_marker(reader)
        if marker in _BARE:
            continue
        if marker in (_START_OF_SCAN, _END_OF_IMAGE):
            raise DamagedImage("The JPEG has no frame before its first scan")
        length = reader.number(2) - 2
        if length < 0:
            raise DamagedImage
        if marker in _FRAMES:
            # The frame comes last of what matters: EXIF stands before it wherever it is obeyed.
            bits, height, width = reader.number(1), reader.number(2), reader.number(2)
            return SourceInfo(
                SourceFormat.JPEG,
                width,
                height,
                orientation=orientation,
                bits=bits,
                metadata_bytes=metadata_bytes,
            )
        if marker in _APPLICATION or marker == _COMMENT:
            metadata_bytes += length
        if marker == _EXIF and orientation == 1 and reader.peek(len(PREFIX)) == PREFIX:
            orientation = read_orientation(reader.read(length))
        else:
            reader.skip(length)


def _next_marker(reader: Reader) -> int:
    """Return the next marker's code; bytes that are none are passed over, as decoders do."""
    while True:
        while reader.number(1) != 0xFF:
            pass
        code = 0xFF
        while code == 0xFF:
            code = reader.number(1)
        if code:
            return code
