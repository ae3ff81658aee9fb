"""PNG without its metadata: chunks are copied or left out, the pixels' bytes packed at zlib's best."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from apps.imaging.errors import DamagedImage, TruncatedImage
from apps.imaging.headers.exif import PREFIX, write_orientation
from apps.imaging.source import SourceInfo

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# What says how numbers become colours and light, how large a pixel is, and what moves. Capitals are critical.
_KEPT = frozenset(
    {
        *(b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"cICP", b"mDCV", b"cLLI", b"pHYs"),
        *(b"acTL", b"fcTL", b"fdAT"),
    }
)
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_MAX_MEMORY_LEVEL = 9
Chunk = tuple[bytes, bytes]


def strip_png(data: bytes, info: SourceInfo) -> Iterator[bytes]:
    """An animation's frames stay as they are packed."""
    chunks = _keep(data, info)
    yield write_chunks(chunks)
    if info.is_animated:
        return
    pixels = unpack_pixels(chunks)
    for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED):
        packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, _MAX_MEMORY_LEVEL, strategy)
        yield write_chunks(put_pixels(chunks, packer.compress(pixels) + packer.flush()))


def graft_png(data: bytes, other: bytes, info: SourceInfo) -> bytes | None:
    """Return the file with the pixels of another encoding of it; None where they are written another way.

    `other` has the same rows; what it says of colour does not matter.
    """
    chunks, others = _keep(data, info), read_chunks(other)
    header, other_header = chunks[0][1], others[0][1]
    if header[:10] != other_header[:10]:  # size, bits and colour type
        return None
    if any(kind == b"tRNS" for kind, _ in chunks):
        return None
    packed = b"".join(body for kind, body in others if kind == b"IDAT")
    return write_chunks([others[0], *put_pixels(chunks, packed)[1:]])


def read_chunks(data: bytes) -> list[Chunk]:
    """Return kind and body of each chunk to the end. Raises TruncatedImage or DamagedImage."""
    chunks: list[Chunk] = []
    position = len(SIGNATURE)
    while not chunks or chunks[-1][0] != b"IEND":
        length, kind = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        end = position + 8 + length
        if end + 4 > len(data):
            raise TruncatedImage
        chunks.append((kind, data[position + 8 : end]))
        position = end + 4
    if chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise DamagedImage
    return chunks


def write_chunks(chunks: list[Chunk]) -> bytes:
    parts = [SIGNATURE]
    for kind, body in chunks:
        parts += [len(body).to_bytes(4, "big"), kind, body, zlib.crc32(kind + body).to_bytes(4, "big")]
    return b"".join(parts)


def put_pixels(chunks: list[Chunk], packed: bytes) -> list[Chunk]:
    """Return the chunks with these pixels, in one chunk, where the first stood."""
    place = next(number for number, (kind, _) in enumerate(chunks) if kind == b"IDAT")
    others = [chunk for chunk in chunks if chunk[0] != b"IDAT"]
    return [*others[:place], (b"IDAT", packed), *others[place:]]


def unpack_pixels(chunks: list[Chunk]) -> bytes:
    """Return the filtered rows; never more than the header accounts for. Raises DamagedImage."""
    width, height = (int.from_bytes(chunks[0][1][start : start + 4], "big") for start in (0, 4))
    bits, colour_type = chunks[0][1][8:10]
    row_bytes = (width * bits * _CHANNELS.get(colour_type, 4) + 7) // 8
    at_most = 2 * (row_bytes + 2) * (height + 8)  # twice: interlaced rows are more, and end in part of a byte
    unpacker = zlib.decompressobj()
    try:
        pixels = unpacker.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"), at_most)
    except zlib.error as error:
        raise DamagedImage from error
    if not unpacker.eof:
        raise DamagedImage
    return pixels


def _keep(data: bytes, info: SourceInfo) -> list[Chunk]:
    chunks = [(kind, body) for kind, body in read_chunks(data) if kind[:1].isupper() or kind in _KEPT]
    if not any(kind == b"IDAT" for kind, _ in chunks):
        raise DamagedImage
    if info.orientation != 1:
        chunks.insert(1, (b"eXIf", write_orientation(info.orientation).removeprefix(PREFIX)))
    return chunks
