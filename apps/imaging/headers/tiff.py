"""TIFF headers: the first directory, which is the first page and the only one we show."""

from __future__ import annotations

from dataclasses import dataclass

from apps.imaging.errors import DamagedImage, TruncatedImage
from apps.imaging.headers.reader import ByteOrder, Reader
from apps.imaging.source import SourceFormat, SourceInfo

_WIDTH, _HEIGHT, _BITS, _ORIENTATION, _CHANNELS, _EXTRA_SAMPLES = 256, 257, 258, 274, 277, 338
# Where the pixels are and how long: as strips, as tiles, and as one old-style JPEG stream.
_PIECES = ((273, 279), (324, 325), (513, 514))
_METADATA = frozenset({700, 33723, 34377, 34665, 34675, 34853})  # XMP, IPTC, Photoshop, EXIF, ICC, GPS
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 7: 1}
_MAX_ENTRIES = 1_000
_MAX_PIECES = 100_000


@dataclass(frozen=True, slots=True)
class _Entry:
    """One directory entry: `value` holds the numbers if they fit into four bytes, else where they are."""

    size: int
    count: int
    value: bytes


class _Directory:
    """The first directory, by tag."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._order: ByteOrder = "little" if reader.read(4)[:2] == b"II" else "big"
        reader.seek(reader.number(4, self._order))
        count = reader.number(2, self._order)
        if not 1 <= count <= _MAX_ENTRIES:
            raise DamagedImage
        self._entries = dict(self._read_entry() for _ in range(count))

    def number(self, tag: int, default: int) -> int:
        """Return a tag's first number."""
        return next(iter(self.numbers(tag, at_most=1)), default)

    def numbers(self, tag: int, *, at_most: int) -> list[int]:
        """Return a tag's numbers; empty where it is missing or holds none."""
        entry = self._entries.get(tag)
        if entry is None or not entry.size:
            return []
        count = min(entry.count, at_most)
        data = entry.value
        if entry.size * entry.count > len(data):
            self._reader.seek(int.from_bytes(data, self._order))
            data = self._reader.read(entry.size * count)
        parts = (data[start : start + entry.size] for start in range(0, entry.size * count, entry.size))
        return [int.from_bytes(part, self._order) for part in parts]

    def count_bytes(self, tags: frozenset[int]) -> int:
        return sum(entry.size * entry.count for tag, entry in self._entries.items() if tag in tags)

    def _read_entry(self) -> tuple[int, _Entry]:
        tag, kind, count = (self._reader.number(size, self._order) for size in (2, 2, 4))
        return tag, _Entry(_TYPE_BYTES.get(kind, 0), count, self._reader.read(4))


def read_tiff(reader: Reader) -> SourceInfo:
    """Return the first page's size and orientation, once all its pixels are known to be in the file."""
    directory = _Directory(reader)
    width, height = directory.number(_WIDTH, 0), directory.number(_HEIGHT, 0)
    orientation = directory.number(_ORIENTATION, 1)
    _check_pieces(directory, reader.size)
    return SourceInfo(
        SourceFormat.TIFF,
        width,
        height,
        has_alpha=bool(directory.numbers(_EXTRA_SAMPLES, at_most=1)),
        orientation=orientation if 1 <= orientation <= 8 else 1,
        bits=directory.number(_BITS, 1),
        samples=4 * directory.number(_CHANNELS, 1),
        metadata_bytes=directory.count_bytes(_METADATA),
    )


def _check_pieces(directory: _Directory, size: int) -> None:
    """Raise TruncatedImage for pixels beyond the end of the file, which libvips would paint grey."""
    for starts, lengths in _PIECES:
        pieces = zip(
            directory.numbers(starts, at_most=_MAX_PIECES),
            directory.numbers(lengths, at_most=_MAX_PIECES),
            strict=False,
        )
        if any(start + length > size for start, length in pieces):
            raise TruncatedImage
