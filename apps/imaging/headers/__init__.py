"""Headers: the facts in front of a file's pixels, read in pure Python with every length checked.

No decoder sees a byte until these facts are known and within limits. Each parser reads what it needs, skips
the rest by seeking, and stops after a bounded number of steps, so that no file takes longer than another to
refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

from apps.imaging.errors import DamagedImage, NotAnImage, UnsupportedFormat
from apps.imaging.headers.bmp import read_bmp
from apps.imaging.headers.gif import read_gif
from apps.imaging.headers.heif import read_heif
from apps.imaging.headers.jpeg import read_jpeg
from apps.imaging.headers.png import read_png
from apps.imaging.headers.reader import Reader
from apps.imaging.headers.svg import read_svg
from apps.imaging.headers.tiff import read_tiff
from apps.imaging.headers.webp import read_webp
from apps.imaging.source import SNIFFED_BYTES, SourceFormat, SourceInfo, name_foreign_format, sniff

_PARSERS: dict[SourceFormat, Callable[[Reader], SourceInfo]] = {
    SourceFormat.JPEG: read_jpeg,
    SourceFormat.PNG: read_png,
    SourceFormat.GIF: read_gif,
    SourceFormat.WEBP: read_webp,
    SourceFormat.AVIF: lambda reader: read_heif(reader, SourceFormat.AVIF),
    SourceFormat.HEIC: lambda reader: read_heif(reader, SourceFormat.HEIC),
    SourceFormat.TIFF: read_tiff,
    SourceFormat.BMP: read_bmp,
    SourceFormat.SVG: read_svg,
}


def read_source_info(file: BinaryIO) -> SourceInfo:
    """Return the header facts of a seekable file; it is read from its start, and its position is lost.

    Raises NotAnImage, UnsupportedFormat, or DamagedImage for a header that contradicts itself or the file's
    size.
    """
    reader = Reader(file)
    head = reader.peek(SNIFFED_BYTES)
    source_format = sniff(head)
    if source_format is None:
        foreign = name_foreign_format(head)
        raise UnsupportedFormat(foreign) if foreign else NotAnImage()
    info = replace(_PARSERS[source_format](reader), size_bytes=reader.size)
    if info.width < 1 or info.height < 1 or info.frames < 1:
        raise DamagedImage("The image has a width or height of 0")
    return info
