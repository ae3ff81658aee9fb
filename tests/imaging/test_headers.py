"""Header facts are right, and no file makes a parser do more than refuse it."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import astuple

import pytest
from PIL import Image, ImageSequence

from apps.imaging.errors import DamagedImage, NotAnImage, SourceError, TruncatedImage, UnsupportedFormat
from apps.imaging.headers import read_source_info
from apps.imaging.headers.exif import read_copyright, read_orientation
from apps.imaging.headers.png import MAX_UNPACKED_BYTES
from apps.imaging.source import SourceFormat, SourceInfo, sniff
from tests import pictures

CARD = pictures.draw_card()


def read(data: bytes) -> SourceInfo:
    return read_source_info(io.BytesIO(data))


def test_it_works() -> None:
    data = pictures.photo_jpeg(1080, 720, orientation=6)
    info = read(data)
    assert (info.format, info.width, info.height, info.orientation) == (SourceFormat.JPEG, 720, 1080, 6)
    assert info.oriented_size == (1080, 720)
    assert info.size_bytes == len(data)
    assert not info.is_animated


SAMPLES: dict[str, tuple[bytes, SourceInfo]] = {
    "progressive jpeg": (
        pictures.encode(CARD, "JPEG", progressive=True),
        SourceInfo(SourceFormat.JPEG, 60, 40, samples=6, is_interlaced=True),
    ),
    "jpeg": (pictures.encode(CARD, "JPEG"), SourceInfo(SourceFormat.JPEG, 60, 40, samples=6)),
    "jpeg of 4:4:4": (
        pictures.encode(CARD, "JPEG", subsampling=0),
        SourceInfo(SourceFormat.JPEG, 60, 40, samples=12),
    ),
    "grey jpeg": (
        pictures.encode(CARD.convert("L"), "JPEG"),
        SourceInfo(SourceFormat.JPEG, 60, 40, samples=4),
    ),
    "cmyk jpeg": (pictures.cmyk_jpeg(), SourceInfo(SourceFormat.JPEG, 60, 40, samples=16)),
    "png": (pictures.encode(CARD, "PNG"), SourceInfo(SourceFormat.PNG, 60, 40)),
    "transparent png": (
        pictures.transparent_png(),
        SourceInfo(SourceFormat.PNG, 60, 40, has_alpha=True, samples=16),
    ),
    "palette png": (
        pictures.encode(CARD.quantize(4), "PNG", transparency=0),
        SourceInfo(SourceFormat.PNG, 60, 40, has_alpha=True, bits=2, samples=16),
    ),
    "16-bit png": (pictures.grey16_png(), SourceInfo(SourceFormat.PNG, 60, 40, bits=16, samples=4)),
    "apng": (pictures.animation("PNG"), SourceInfo(SourceFormat.PNG, 60, 40, frames=5)),
    "gif": (pictures.encode(CARD, "GIF"), SourceInfo(SourceFormat.GIF, 60, 40, samples=16)),
    "animated gif": (
        pictures.animation("GIF"),
        SourceInfo(SourceFormat.GIF, 60, 40, frames=5, has_alpha=True, samples=16),
    ),
    "lossy webp": (pictures.encode(CARD, "WEBP"), SourceInfo(SourceFormat.WEBP, 60, 40, samples=6)),
    "lossless webp": (
        pictures.encode(CARD, "WEBP", lossless=True),
        SourceInfo(SourceFormat.WEBP, 60, 40, samples=16),
    ),
    "transparent webp": (
        pictures.encode(CARD.convert("LA").convert("RGBA").rotate(9), "WEBP"),
        SourceInfo(SourceFormat.WEBP, 60, 40, has_alpha=True, samples=10),
    ),
    "animated webp": (
        pictures.animation("WEBP"),
        SourceInfo(SourceFormat.WEBP, 60, 40, frames=5, samples=16),
    ),
    "huge webp": (pictures.huge_webp(16_384), SourceInfo(SourceFormat.WEBP, 16_384, 16_384, samples=16)),
    "avif": (pictures.encode(CARD, "AVIF"), SourceInfo(SourceFormat.AVIF, 60, 40, samples=6)),
    "transparent avif": (
        pictures.encode(CARD.convert("RGBA").rotate(9), "AVIF"),
        SourceInfo(SourceFormat.AVIF, 60, 40, has_alpha=True, samples=10),
    ),
    "animated avif": (pictures.animation("AVIF"), SourceInfo(SourceFormat.AVIF, 60, 40, frames=5, samples=6)),
    "heic": (pictures.heic(), SourceInfo(SourceFormat.HEIC, 48, 64, orientation=6, samples=6)),
    "tiff": (pictures.encode(CARD, "TIFF"), SourceInfo(SourceFormat.TIFF, 60, 40)),
    "transparent tiff": (
        pictures.encode(CARD.convert("RGBA"), "TIFF"),
        SourceInfo(SourceFormat.TIFF, 60, 40, has_alpha=True, samples=16),
    ),
    "bmp": (pictures.encode(CARD, "BMP"), SourceInfo(SourceFormat.BMP, 60, 40)),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_facts(name: str) -> None:
    data, expected = SAMPLES[name]
    found = read(data)
    assert astuple(found)[:-2] == astuple(expected)[:-2]
    assert found.size_bytes == len(data)


# Pillow reads no HEIC, and so large a picture takes it gigabytes.
@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - {"heic", "huge webp"}))
def test_pillow_agrees(name: str) -> None:
    data, found = SAMPLES[name][0], read(SAMPLES[name][0])
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.size == (found.width, found.height)
        assert len(list(ImageSequence.Iterator(picture))) == found.frames


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(format_name: str, orientation: int) -> None:
    stored = pictures.lay(CARD, orientation)
    if format_name == "TIFF":
        data = pictures.encode(stored, "TIFF", tiffinfo={0x0112: orientation})
    else:
        data = pictures.encode(stored, format_name, exif=pictures.make_exif(orientation))
    info = read(data)
    assert (info.orientation, info.oriented_size) == (orientation, (60, 40))


def test_an_interlaced_png() -> None:
    still = SAMPLES["png"][0]
    assert not read(still).is_interlaced
    assert read(still[:28] + b"\1" + still[29:]).is_interlaced


def test_a_jpeg_that_tells_its_channels_one_after_another() -> None:
    """Baseline, and still as hungry as a progressive one: a decoder waits for the last channel."""
    data = SAMPLES["jpeg"][0]
    scan = data.index(b"\xff\xda")
    assert data[scan + 4] == 3
    assert read(data[: scan + 4] + b"\1" + data[scan + 5 :]).is_interlaced


@pytest.mark.parametrize(
    ("make", "bits", "samples"),
    [
        (b"\x81\x00\x0c\x00", 8, 6),
        (b"\x81\x00\x4c\x00", 10, 6),
        (b"\x81\x40\x60\x00", 12, 12),
        (b"\x81\x20\x00\x00", 8, 12),
        (b"\x81\x40\x08\x00", 8, 8),
        (b"\x81\x00\x1c\x00", 8, 4),
    ],
    ids=["4:2:0", "10 bits", "12 bits of 4:4:4", "4:4:4", "4:2:2", "grey"],
)
def test_how_an_avif_is_made(make: bytes, bits: int, samples: int) -> None:
    data = SAMPLES["avif"][0]
    place = data.index(b"av1C") + 4
    info = read(data[:place] + make + data[place + 4 :])
    assert (info.bits, info.samples) == (bits, samples)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9])
def test_a_part_is_refused_or_read(name: str, share: float) -> None:
    """A cut header is refused as damaged; what lies beyond the header is the decoder's business."""
    data = SAMPLES[name][0]
    part = data[: int(len(data) * share)]
    try:
        read(part)
    except SourceError:
        pass


@pytest.mark.parametrize(
    "data", [b"", b"x", b"<html>", b"PK\x03\x04", b"\x7fELF", b"P6 1 1 255 abc", b"\0" * 64]
)
def test_what_is_no_image(data: bytes) -> None:
    with pytest.raises(NotAnImage):
        read(data)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<svg width='9'/>", "SVG (without its namespace)"),
        (b"%PDF-1.7", "PDF"),
        (b"8BPS\0\1", "Photoshop"),
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"II+\0", "BigTIFF"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1miaf", "HEIF"),
    ],
)
def test_images_we_do_not_read_are_named(data: bytes, name: str) -> None:
    with pytest.raises(UnsupportedFormat, match=re.escape(name)) as caught:
        read(data)
    assert caught.value.format_name == name


def test_the_brand_tells_the_codec() -> None:
    assert sniff(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf") is SourceFormat.AVIF
    assert sniff(b"\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf") is SourceFormat.HEIC
    # A brand beyond the box's end is none.
    assert sniff(b"\0\0\0\x14ftypmif1\0\0\0\0mif1avif") is None


def _insert_chunk(kind: bytes, data: bytes) -> bytes:
    """Return the card as PNG with a chunk after its header."""
    png = pictures.encode(CARD, "PNG")
    return png[:33] + pictures.png_chunk(kind, data) + png[33:]


def test_a_chunk_longer_than_the_file() -> None:
    png = pictures.encode(CARD, "PNG")
    with pytest.raises(TruncatedImage):
        read(png[:33] + struct.pack(">I", 0x7FFFFFFF) + b"tEXt" + png[33:])


@pytest.mark.parametrize(
    ("kind", "prefix"), [(b"zTXt", b"k\0\0"), (b"iCCP", b"k\0\0"), (b"iTXt", b"k\0\1\0en\0k\0")]
)
def test_packed_texts_count_unpacked(kind: bytes, prefix: bytes) -> None:
    bomb = prefix + zlib.compress(bytes(5_000_000))
    assert len(bomb) < 6_000
    assert read(_insert_chunk(kind, bomb)).metadata_bytes > 5_000_000


def test_unpacking_ends() -> None:
    bomb = b"k\0\0" + zlib.compress(bytes(MAX_UNPACKED_BYTES * 2))
    weight = read(_insert_chunk(b"zTXt", bomb)).metadata_bytes
    assert MAX_UNPACKED_BYTES < weight < MAX_UNPACKED_BYTES * 1.1


def test_a_plain_text_is_not_unpacked() -> None:
    assert read(_insert_chunk(b"iTXt", b"k\0\0\0en\0k\0" + b"text")).metadata_bytes == 13


def _walk_for_ever() -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0, 0, 0) + b"\x21\xf9" + b"\x01x" * 300_000


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"\xff\xd8\xff\xda\0\2", DamagedImage),
        (b"\xff\xd8\xff\xd9", DamagedImage),
        (b"\xff\xd8\xff\xe0\0\1", DamagedImage),
        (b"\xff\xd8\xff" + b"\xff" * 300_000, DamagedImage),
        (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIDAT", DamagedImage),
        (b"GIF89a" + bytes(7) + b";", DamagedImage),
        (b"GIF89a" + bytes(7) + b"?", DamagedImage),
        (_walk_for_ever(), DamagedImage),
        (b"RIFF\x64\0\0\0WEBPVP8 ", TruncatedImage),
        (b"II*\0\x08\0\0\0\0\0", DamagedImage),
        (b"BM" + bytes(12) + b"\1\0\0\0" + bytes(60), DamagedImage),
    ],
)
def test_damage(data: bytes, refusal: type[SourceError]) -> None:
    with pytest.raises(refusal):
        read(data)


def test_sides_of_zero() -> None:
    png = bytearray(pictures.encode(CARD, "PNG"))
    png[16:20] = bytes(4)
    with pytest.raises(DamagedImage, match="width or height of 0"):
        read(bytes(png))


def test_a_gif_s_frame_beyond_its_screen_widens_the_canvas() -> None:
    gif = bytearray(pictures.encode(CARD, "GIF"))
    gif[6:10] = struct.pack("<HH", 10, 10)
    assert read(bytes(gif)).oriented_size == (60, 40)


GIF_HEAD = b"GIF89a\x04\0\x03\0\0\0\0" + b",\0\0\0\0\x04\0\x03\0\0\x02"


@pytest.mark.parametrize("length", [1, 2, 100, 254, 255])
def test_a_gif_of_many_blocks(length: int) -> None:
    """Of one length, as encoders make them; 42 MB of 255 bytes each are a legal picture."""
    blocks = (bytes((length,)) + bytes(length)) * 250_000
    data = GIF_HEAD + blocks + b"\x03abc\0;"
    assert read(data).frames == 1
    with pytest.raises(TruncatedImage):
        read(data[:-5])


def test_blocks_without_end() -> None:
    with pytest.raises(DamagedImage, match="no end"):
        read(GIF_HEAD + b"\x01a\x02ab" * 150_000 + b"\0;")


def test_tiff_pieces_beyond_the_end() -> None:
    data = pictures.encode(CARD, "TIFF")
    with pytest.raises(TruncatedImage):
        read(_move_tiff_directory_first(data)[:-100])


def _move_tiff_directory_first(data: bytes) -> bytes:
    """Return an uncompressed TIFF whose pixels come last, as most programs write it."""
    directory = struct.pack("<H", 9)
    entries = [
        (256, 60),
        (257, 40),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, 130),
        (277, 1),
        (278, 40),
        (279, 2_400),
    ]
    directory += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries) + bytes(4)
    return (b"II*\0" + struct.pack("<I", 8) + directory).ljust(130, b"\0") + bytes(2_400)


def test_a_whole_tiff_with_its_directory_first() -> None:
    assert read(_move_tiff_directory_first(b"")).oriented_size == (60, 40)


@pytest.mark.parametrize(
    "make", [lambda block: block, lambda block: block.removeprefix(b"Exif\0\0")], ids=["prefixed", "bare"]
)
def test_exif(make: Callable[[bytes], bytes]) -> None:
    block = make(pictures.make_exif(6, is_telling=True))
    assert read_orientation(block) == 6
    assert read_copyright(block) == pictures.COPYRIGHT
