"""Stripping: a file without what is no part of the picture, its pixels' own bytes untouched or packed better.

What says where up is and what the colours mean stays: the orientation (alone, in a new EXIF block) and the
profile. EXIF, XMP, IPTC, comments, texts, previews, and what follows the end go. Pure Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from apps.imaging.source import SourceFormat, SourceInfo
from apps.imaging.stripping.gif import strip_gif
from apps.imaging.stripping.jpeg import strip_jpeg
from apps.imaging.stripping.png import strip_png
from apps.imaging.stripping.webp import strip_webp

_STRIPPERS: dict[SourceFormat, Callable[[bytes, SourceInfo], Iterator[bytes]]] = {
    SourceFormat.JPEG: strip_jpeg,
    SourceFormat.PNG: strip_png,
    SourceFormat.WEBP: strip_webp,
    SourceFormat.GIF: strip_gif,
}


def can_strip(info: SourceInfo) -> bool:
    return info.format in _STRIPPERS


def strip(data: bytes, info: SourceInfo) -> Iterator[bytes]:
    """Yield one or more files that show the same picture; each may be larger than the other.

    `info` are the file's header facts, of a format for which can_strip() holds. Raises DamagedImage for a
    structure that cannot be followed to its end.
    """
    return _STRIPPERS[info.format](data, info)
