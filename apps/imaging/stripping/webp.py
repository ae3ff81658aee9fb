"""WebP without its metadata: RIFF chunks are copied or left out, the frames as they are."""

from __future__ import annotations

from collections.abc import Iterator

from apps.imaging.errors import DamagedImage, TruncatedImage
from apps.imaging.headers.exif import PREFIX, write_orientation
from apps.imaging.source import SourceInfo

_KEPT = frozenset({b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"})
_SIMPLE = frozenset({b"VP8 ", b"VP8L"})
_EXIF_FLAG, _XMP_FLAG = 0x08, 0x04
Chunk = tuple[bytes, bytes]


def strip_webp(data: bytes, info: SourceInfo) -> Iterator[bytes]:
    yield _write(_keep(data, info))


def is_lossless(data: bytes) -> bool:
    """Whether a still keeps every pixel as it was given."""
    return any(kind == b"VP8L" for kind, _ in _read_chunks(data))


def graft_webp(data: bytes, other: bytes, info: SourceInfo) -> bytes | None:
    """Return a lossless still with the pixels of another lossless encoding of it; None if that is none."""
    pixels = dict(_read_chunks(other)).get(b"VP8L")
    if pixels is None:
        return None
    return _write([(kind, pixels if kind == b"VP8L" else body) for kind, body in _keep(data, info)])


def _keep(data: bytes, info: SourceInfo) -> list[Chunk]:
    chunks = [(kind, body) for kind, body in _read_chunks(data) if kind in _KEPT]
    if not chunks:
        raise DamagedImage
    if info.orientation != 1:
        chunks.append((b"EXIF", write_orientation(info.orientation).removeprefix(PREFIX)))
    if {kind for kind, _ in chunks} <= {b"VP8X", *_SIMPLE}:
        return [chunk for chunk in chunks if chunk[0] in _SIMPLE]
    head, body = chunks[0]
    if head != b"VP8X" or len(body) < 10:
        raise DamagedImage
    flags = body[0] & ~(_EXIF_FLAG | _XMP_FLAG) | (_EXIF_FLAG if info.orientation != 1 else 0)
    return [(head, bytes((flags,)) + body[1:]), *chunks[1:]]


def _read_chunks(data: bytes) -> list[Chunk]:
    """Return kind and body of each chunk that the file accounts for. Raises TruncatedImage."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise TruncatedImage
    chunks: list[Chunk] = []
    position = 12
    while position + 8 <= end:
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        if position + 8 + length > end:
            raise TruncatedImage
        chunks.append((data[position : position + 4], data[position + 8 : position + 8 + length]))
        position += 8 + length + length % 2
    return chunks


def _write(chunks: list[Chunk]) -> bytes:
    parts = [kind + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2) for kind, body in chunks]
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + len(body).to_bytes(4, "little") + body
