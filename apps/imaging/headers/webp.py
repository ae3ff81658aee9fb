"""WebP headers: the RIFF chunks of the simple, lossless and extended layouts."""

from __future__ import annotations

from dataclasses import replace

from apps.imaging.errors import DamagedImage, TruncatedImage
from apps.imaging.headers.exif import read_orientation
from apps.imaging.headers.reader import Reader
from apps.imaging.source import SourceFormat, SourceInfo

_ANIMATION_FLAG, _ALPHA_FLAG = 0x02, 0x10
_KEY_FRAME = b"\x9d\x01\x2a"
_LOSSLESS_SIGNATURE = 0x2F
# A lossless picture always has four channels, an animation is laid on a canvas that has.
_LOSSY_SAMPLES, _ALPHA_SAMPLES, _LOSSLESS_SAMPLES = 6, 4, 16
_METADATA = frozenset({b"ICCP", b"EXIF", b"XMP "})


def read_webp(reader: Reader) -> SourceInfo:
    """Return the canvas' size, the frames and the EXIF orientation."""
    reader.skip(4)
    if reader.number(4, "little") > reader.size - 8:
        raise TruncatedImage
    reader.skip(4)
    kind, length = _next_chunk(reader)
    if kind == b"VP8 ":
        return _read_lossy(reader)
    if kind == b"VP8L":
        return _read_lossless(reader)
    if kind == b"VP8X" and length >= 10:
        return _read_extended(reader, length)
    raise DamagedImage


def _read_lossy(reader: Reader) -> SourceInfo:
    reader.skip(3)
    if reader.read(3) != _KEY_FRAME:
        raise DamagedImage
    # The two highest bits ask for upscaling, which nobody does.
    width, height = reader.number(2, "little") & 0x3FFF, reader.number(2, "little") & 0x3FFF
    return SourceInfo(SourceFormat.WEBP, width, height, samples=_LOSSY_SAMPLES)


def _read_lossless(reader: Reader) -> SourceInfo:
    if reader.number(1) != _LOSSLESS_SIGNATURE:
        raise DamagedImage
    bits = reader.number(4, "little")
    width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return SourceInfo(
        SourceFormat.WEBP, width, height, has_alpha=bool(bits >> 28 & 1), samples=_LOSSLESS_SAMPLES
    )


def _read_extended(reader: Reader, length: int) -> SourceInfo:
    flags = reader.number(1)
    reader.skip(3)
    width, height = reader.number(3, "little") + 1, reader.number(3, "little") + 1
    reader.skip(length - 10 + length % 2)
    info = SourceInfo(SourceFormat.WEBP, width, height, has_alpha=bool(flags & _ALPHA_FLAG))
    frames, orientation, metadata_bytes, samples = 0, 1, 0, _LOSSY_SAMPLES
    while reader.remaining >= 8:
        kind, length = _next_chunk(reader)
        end = min(reader.size, reader.position + length + length % 2)
        if kind == b"ANMF":
            frames += 1
            samples = _LOSSLESS_SAMPLES
        elif kind == b"VP8L":
            samples = _LOSSLESS_SAMPLES
        elif kind == b"ALPH":
            samples = _LOSSY_SAMPLES + _ALPHA_SAMPLES
        elif kind in _METADATA:
            metadata_bytes += length
            if kind == b"EXIF":
                orientation = read_orientation(reader.read(length))
        reader.seek(end)
    if flags & _ANIMATION_FLAG:
        info = replace(info, frames=frames)
    return replace(info, orientation=orientation, samples=samples, metadata_bytes=metadata_bytes)


def _next_chunk(reader: Reader) -> tuple[bytes, int]:
    kind, length = reader.read(4), reader.number(4, "little")
    if length > reader.remaining:
        raise TruncatedImage
    return kind, length
