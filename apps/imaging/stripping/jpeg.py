"""JPEG without its metadata: segments are copied or left out, the scans as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apps.imaging.errors import TruncatedImage
from apps.imaging.headers.exif import write_orientation
from apps.imaging.source import SourceInfo

_END, _SCAN = 0xD9, 0xDA
_APPLICATION, _COMMENT = range(0xE0, 0xF0), 0xFE
_EXIF = 0xE1
# Adobe's tells what the numbers mean, in CMYK above all.
_KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
# What ends a scan: any marker but a stuffed 0xFF, a restart or a fill byte.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def strip_jpeg(data: bytes, info: SourceInfo) -> Iterator[bytes]:
    kept = [b"\xff\xd8"]
    if info.orientation != 1:
        kept.append(_segment(_EXIF, write_orientation(info.orientation)))
    for marker, segment in _read_segments(data):
        if marker in _APPLICATION or marker == _COMMENT:
            prefix = _KEPT.get(marker)
            if prefix is None or not segment[4:].startswith(prefix):
                continue
        kept.append(segment)
    if info.orientation != 1 and kept[2:] and kept[2][1] == 0xE0:
        kept[1:3] = kept[2], kept[1]  # JFIF wants to be first
    yield b"".join(kept)


def holds_pictures(data: bytes) -> bool:
    """Whether the file says that more pictures follow: a gain map of a brighter one, or the other eye's."""
    return any(
        marker == 0xE2 and segment[4:].startswith(b"MPF\0") for marker, segment in _read_segments(data)
    )


def _read_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and bytes of everything between the start and the end, which comes last itself.

    A scan's segment has its entropy-coded bytes with it. Raises TruncatedImage.
    """
    position = 2
    while True:
        found = _MARKER.search(data, position)
        if found is None:
            raise TruncatedImage
        marker = found[0][1]
        if marker == _END:
            yield marker, found[0]
            return
        end = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
        if marker == _SCAN:
            after = _MARKER.search(data, end)
            if after is None:
                raise TruncatedImage
            end = after.start()
        if end > len(data) or end < found.end() + 2:
            raise TruncatedImage
        yield marker, data[found.start() : end]
        position = end


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body
