"""JPEG headers: the marker segments up to the first scan."""

from __future__ import annotations

from dataclasses import replace

from apps.imaging.errors import DamagedImage
from apps.imaging.headers.exif import PREFIX, read_orientation
from apps.imaging.headers.reader import Reader
from apps.imaging.source import SourceFormat, SourceInfo

_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
# Every start-of-frame marker but DHT (C4), JPG (C8) and DAC (CC), which share their row.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
_APPLICATION = range(0xE0, 0xF0)
_EXIF, _COMMENT = 0xE1, 0xFE


def read_jpeg(reader: Reader) -> SourceInfo:
    """Return the frame's size and make, and the EXIF orientation."""
    reader.skip(2)
    frame: SourceInfo | None = None
    channels, orientation, metadata_bytes = 0, 1, 0
    while True:
        marker = _next_marker(reader)
        if marker in _BARE:
            continue
        if marker == _END_OF_IMAGE or (marker == _START_OF_SCAN and frame is None):
            raise DamagedImage("The JPEG has no frame before its first scan")
        length = reader.number(2) - 2
        if length < 0:
            raise DamagedImage
        end = reader.position + length
        if marker in _FRAMES and frame is None:
            frame, channels = _read_frame(reader, is_progressive=marker in _PROGRESSIVE)
        elif marker == _START_OF_SCAN and frame is not None:
            # A scan of some channels means that others follow for the same pixels, as in a progressive file.
            is_interlaced = frame.is_interlaced or reader.number(1) < channels
            return replace(
                frame, orientation=orientation, metadata_bytes=metadata_bytes, is_interlaced=is_interlaced
            )
        elif marker in _APPLICATION or marker == _COMMENT:
            metadata_bytes += length
            if marker == _EXIF and orientation == 1 and reader.peek(len(PREFIX)) == PREFIX:
                orientation = read_orientation(reader.read(length))
        reader.seek(end)


def _read_frame(reader: Reader, *, is_progressive: bool) -> tuple[SourceInfo, int]:
    """Return the facts of a frame, and how many channels it has."""
    bits, height, width, channels = (reader.number(size) for size in (1, 2, 2, 1))
    # Each channel: its name, how often it is sampled across and down, its quantisation table.
    shares = [divmod(factors, 16) for factors in reader.read(3 * channels)[1::3]]
    areas = [across * down for across, down in shares]
    whole = max((across for across, _ in shares), default=0) * max((down for _, down in shares), default=0)
    if not whole:
        raise DamagedImage
    info = SourceInfo(SourceFormat.JPEG, width, height, bits=bits, samples=-(-4 * sum(areas) // whole))
    return replace(info, is_interlaced=is_progressive), channels


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
