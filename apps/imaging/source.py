"""SourceInfo: what a source is, by its signature and its header; nothing here decodes a pixel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from apps.imaging.prolog import begins_svg


class SourceFormat(Enum):
    """The formats we take: all are decoded but SVG, which stays a drawing."""

    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    AVIF = "avif"
    HEIC = "heic"
    TIFF = "tiff"
    BMP = "bmp"
    SVG = "svg"

    @property
    def content_type(self) -> str:
        return "image/svg+xml" if self is SourceFormat.SVG else f"image/{self.value}"


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """Header facts of one source.

    width, height: pixels as stored, before `orientation`, which is EXIF's (1 to 8) or, in AVIF and HEIC,
    what `irot` and `imir` amount to; of an SVG, CSS pixels. frames: 1 for a still. bits: per sample.
    samples: what 2 × 2 pixels consist of, all channels together: 6 in 4:2:0, 12 in RGB, 16 in CMYK.
    is_interlaced: the file tells its picture in several passes, so that a decoder has to keep all of it.
    metadata_bytes: profiles, EXIF, XMP and texts together, unpacked. size_bytes: the file's.
    """

    format: SourceFormat
    width: int
    height: int
    frames: int = 1
    has_alpha: bool = False
    orientation: int = 1
    bits: int = 8
    samples: int = 12
    is_interlaced: bool = False
    metadata_bytes: int = 0
    size_bytes: int = 0

    @property
    def oriented_size(self) -> tuple[int, int]:
        """Width and height as a viewer sees them."""
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)

    @property
    def is_animated(self) -> bool:
        return self.frames > 1


def sniff(head: bytes) -> SourceFormat | None:
    """Return the format whose signature a file begins with; None for anything else.

    `head` is the file's first SNIFFED_BYTES.
    """
    for source_format, signatures in _SIGNATURES.items():
        if head.startswith(signatures):
            return source_format
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return SourceFormat.WEBP
    brands = _read_brands(head)
    if brands & _AVIF_BRANDS:
        return SourceFormat.AVIF
    if brands & _HEIC_BRANDS:
        return SourceFormat.HEIC
    return SourceFormat.SVG if begins_svg(head) else None


def name_foreign_format(head: bytes) -> str | None:
    """Return the usual name of a format that we know and do not decode; None for what is no image at all."""
    for name, signatures in _FOREIGN.items():
        if head.startswith(signatures):
            return name
    return "HEIF" if b"mif1" in _read_brands(head) else None


def _read_brands(head: bytes) -> frozenset[bytes]:
    """Return the brands of an ISO media file, the major one and the compatible ones within `head`."""
    if head[4:8] != b"ftyp":
        return frozenset()
    end = min(len(head), int.from_bytes(head[:4], "big"))
    return frozenset(head[start : start + 4] for start in (8, *range(16, end - 3, 4)))


# Comments of a few thousand bytes, a licence for one, stand before the root element of many an SVG.
SNIFFED_BYTES = 8 * 1024
_SIGNATURES: dict[SourceFormat, tuple[bytes, ...]] = {
    SourceFormat.JPEG: (b"\xff\xd8\xff",),
    SourceFormat.PNG: (b"\x89PNG\r\n\x1a\n",),
    SourceFormat.GIF: (b"GIF87a", b"GIF89a"),
    SourceFormat.TIFF: (b"II*\0", b"MM\0*"),
    SourceFormat.BMP: (b"BM",),
}
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_FOREIGN = {
    "JPEG XL": (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"),
    "JPEG 2000": (b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"),
    "PDF": (b"%PDF-",),
    "PostScript": (b"%!PS",),
    "Photoshop": (b"8BPS",),
    "Windows icon": (b"\0\0\1\0", b"\0\0\2\0"),
    "OpenEXR": (b"\x76\x2f\x31\x01",),
    "Radiance": (b"#?RADIANCE", b"#?RGBE"),
    "BigTIFF": (b"II+\0", b"MM\0+"),
    "QOI": (b"qoif",),
    "DirectDraw": (b"DDS ",),
}
