"""PNG headers: every chunk by its length; texts and profiles are unpacked to see how large they are."""

from __future__ import annotations

import zlib

from apps.imaging.errors import DamagedImage
from apps.imaging.headers.exif import read_orientation
from apps.imaging.headers.reader import Reader
from apps.imaging.source import SourceFormat, SourceInfo

_SIGNATURE_BYTES = 8
_CRC_BYTES = 4
_COLOUR_TYPES = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}  # how many channels it is decoded to
_WITH_ALPHA = frozenset({4, 6})
_METADATA = frozenset({b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"eXIf"})
_PACKED = frozenset({b"zTXt", b"iTXt", b"iCCP"})
# Unpacking stops here; no limit on metadata is meant to be above it.
MAX_UNPACKED_BYTES = 64 * 1024**2
_UNPACK_STEP = 1024**2


def read_png(reader: Reader) -> SourceInfo:
    """Return the size, the frames of an APNG, and whether anything can be transparent."""
    reader.skip(_SIGNATURE_BYTES)
    if (reader.number(4), reader.read(4)) != (13, b"IHDR"):
        raise DamagedImage("The PNG does not begin with its header")
    width, height, bits, colour_type = reader.number(4), reader.number(4), reader.number(1), reader.number(1)
    if colour_type not in _COLOUR_TYPES:
        raise DamagedImage("The PNG's colour type does not exist")
    reader.skip(2)
    is_interlaced = reader.number(1) != 0
    reader.skip(_CRC_BYTES)
    chunks = _Chunks()
    while chunks.is_going_on:
        chunks.read_next(reader)
    return SourceInfo(
        SourceFormat.PNG,
        width,
        height,
        frames=chunks.frames,
        has_alpha=colour_type in _WITH_ALPHA or chunks.has_transparency,
        orientation=chunks.orientation,
        bits=bits,
        samples=4 * (_COLOUR_TYPES[colour_type] + chunks.has_transparency),
        is_interlaced=is_interlaced,
        metadata_bytes=chunks.metadata_bytes,
    )


class _Chunks:
    """What the chunks after the header amount to."""

    def __init__(self) -> None:
        self.is_going_on = True
        self.frames, self.orientation, self.metadata_bytes = 1, 1, 0
        self.has_transparency = self._has_pixels = False

    def read_next(self, reader: Reader) -> None:
        length, kind = reader.number(4), reader.read(4)
        # Nothing is read by what a chunk claims: 57 bytes that claim a gigabyte made a decoder allocate it.
        end = reader.position + length + _CRC_BYTES
        if kind == b"IEND":
            self.is_going_on = False
        elif kind == b"IDAT":
            self._has_pixels = True
        elif kind == b"acTL" and not self._has_pixels:
            self.frames = reader.number(4) or 1
        elif kind == b"tRNS":
            self.has_transparency = True
        elif kind in _METADATA:
            self._weigh(kind, reader.read(length))
        reader.seek(end)

    def _weigh(self, kind: bytes, data: bytes) -> None:
        if kind == b"eXIf":
            self.orientation = read_orientation(data)
        self.metadata_bytes += len(data)
        if kind in _PACKED:
            self.metadata_bytes += _unpacked_bytes(kind, data, MAX_UNPACKED_BYTES - self.metadata_bytes)


def _unpacked_bytes(kind: bytes, data: bytes, at_most: int) -> int:
    """Return how large a packed chunk gets, or a little over `at_most`; 0 for one that is not packed."""
    _, _, rest = data.partition(b"\0")
    if kind == b"iTXt":
        if rest[:1] != b"\1":
            return 0
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    else:
        rest = rest[1:]
    unpacker, size = zlib.decompressobj(), 0
    try:
        while rest and not unpacker.eof and size <= at_most:
            size += len(unpacker.decompress(rest, _UNPACK_STEP))
            rest = unpacker.unconsumed_tail
    except zlib.error:
        return size  # libpng drops such a chunk, and so do we
    return size
