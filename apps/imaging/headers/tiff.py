"""TIFF headers: the first directory, which is the first page and the only one we show."""

from __future__ import annotations

from apps.imaging.errors import DamagedImage
from apps.imaging.headers.reader import ByteOrder, Reader
from apps.imaging.source import SourceFormat, SourceInfo

_WIDTH, _HEIGHT, _BITS, _ORIENTATION, _EXTRA_SAMPLES = 256, 257, 258, 274, 338
_METADATA = frozenset({700, 33723, 34377, 34665, 34675, 34853})  # XMP, IPTC, Photoshop, EXIF, ICC, GPS
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 7: 1}
_MAX_ENTRIES = 1_000


def read_tiff(reader: Reader) -> SourceInfo:
    """Return the first page's size and orientation."""
    order: ByteOrder = "little" if reader.read(4)[:2] == b"II" else "big"
    reader.seek(reader.number(4, order))
    entries = reader.number(2, order)
    if not 1 <= entries <= _MAX_ENTRIES:
        raise DamagedImage
    tags: dict[int, int] = {}
    metadata_bytes = 0
    for _ in range(entries):
        tag, kind, count, value = (reader.read(size) for size in (2, 2, 4, 4))
        number = int.from_bytes(tag, order)
        size = _TYPE_BYTES.get(int.from_bytes(kind, order), 0)
        length = int.from_bytes(count, order)
        if number in _METADATA:
            metadata_bytes += size * length
        if size:
            tags[number] = int.from_bytes(value[:size] if size * length <= 4 else value, order)
    if _WIDTH not in tags or _HEIGHT not in tags:
        raise DamagedImage("The TIFF names no width or height")
    orientation = tags.get(_ORIENTATION, 1)
    return SourceInfo(
        SourceFormat.TIFF,
        tags[_WIDTH],
        tags[_HEIGHT],
        has_alpha=_EXTRA_SAMPLES in tags,
        orientation=orientation if 1 <= orientation <= 8 else 1,
        metadata_bytes=metadata_bytes,
    )
