"""Optimising: never larger, never another picture, whatever the file is."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image

from apps.imaging.errors import DamagedImage, TruncatedImage
from apps.imaging.headers import read_source_info
from apps.imaging.limits import Limits
from apps.imaging.optimising import Loss, is_same_picture, optimise
from apps.imaging.stripping import strip
from apps.imaging.stripping.png import read_chunks, write_chunks
from tests import pictures
from tests.imaging.looking import corners, is_near

CARD = pictures.draw_card()
PHOTO = pictures.draw_photo(200, 120)
KINDS = {
    "jpeg": pictures.telling_jpeg(),
    "progressive": pictures.encode(PHOTO, "JPEG", progressive=True, exif=pictures.make_exif(8)),
    "cmyk": pictures.cmyk_jpeg(),
    "profile": pictures.encode(PHOTO, "JPEG", icc_profile=pictures.swapped_profile(), comment=b"x" * 99),
    "png": pictures.encode(PHOTO, "PNG", compress_level=1, exif=pictures.make_exif(6)),
    "alpha": pictures.transparent_png(),
    "palette": pictures.encode(CARD.convert("P"), "PNG", transparency=0),
    "one bit": pictures.encode(CARD.convert("1"), "PNG"),
    "16 bits": pictures.grey16_png(),
    "apng": pictures.animation("PNG"),
    "webp": pictures.encode(PHOTO, "WEBP", exif=pictures.make_exif(3), xmp=b"<x>" * 99),
    "lossless": pictures.encode(PHOTO, "WEBP", lossless=True, method=0, exif=pictures.make_exif(5)),
    "webp alpha": pictures.encode(CARD.convert("RGBA"), "WEBP", icc_profile=pictures.swapped_profile()),
    "moving webp": pictures.animation("WEBP", xmp=b"<x>" * 99),
    "gif": pictures.animation("GIF", comment=b"x" * 999),
    "avif": pictures.encode(PHOTO, "AVIF"),
    "moving avif": pictures.animation("AVIF"),
    "heic": pictures.heic(),
    "tiff": pictures.encode(CARD, "TIFF"),
    "bmp": pictures.encode(CARD, "BMP"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_lossless_is_the_same_and_never_larger(kind: str) -> None:
    data = KINDS[kind]
    best = optimise(data, Loss.NONE, Limits()).data
    assert len(best) <= len(data)
    assert is_same_picture(data, best)
    assert optimise(best, Loss.NONE, Limits()).data == best


@pytest.mark.parametrize("kind", KINDS)
def test_lossy_keeps_what_the_picture_is(kind: str) -> None:
    data = KINDS[kind]
    best = optimise(data, Loss.SOME, Limits()).data
    assert len(best) <= len(data)
    one, other = (read_source_info(io.BytesIO(each)) for each in (data, best))
    assert (one.format, one.oriented_size, one.frames) == (other.format, other.oriented_size, other.frames)


@pytest.mark.parametrize("kind", ["jpeg", "progressive", "png", "webp", "lossless", "moving webp", "gif"])
def test_every_way_of_stripping_shows_the_same(kind: str) -> None:
    data = KINDS[kind]
    found = list(strip(data, read_source_info(io.BytesIO(data))))
    assert found
    assert all(is_same_picture(data, each) for each in found)
    assert not any(word in each for each in found for word in (pictures.CANARY, b"<x>", b"xxx"))


def test_the_profile_stays() -> None:
    """Red and blue change places in it; who lost it would show them wrong."""
    data = pictures.encode(
        CARD, "JPEG", quality=95, icc_profile=pictures.swapped_profile(), comment=b"x" * 99
    )
    lossless = optimise(data, Loss.NONE, Limits()).data
    with Image.open(io.BytesIO(lossless)) as picture:
        assert picture.info["icc_profile"] == pictures.swapped_profile()
    lossy = optimise(data, Loss.SOME, Limits()).data
    if lossy != lossless:
        assert is_near(corners(lossy)[0], pictures.BLUE, within=30)


def test_other_pictures_are_told_apart() -> None:
    data = pictures.encode(CARD, "PNG")
    dot = CARD.copy()
    dot.putpixel((7, 7), (254, 0, 0))
    turned = pictures.encode(CARD, "PNG", exif=pictures.make_exif(3))
    coloured = pictures.encode(CARD, "PNG", icc_profile=pictures.swapped_profile())
    assert is_same_picture(data, pictures.encode(CARD, "PNG", compress_level=0))
    for other in (pictures.encode(dot, "PNG"), turned, coloured, pictures.encode(CARD, "BMP")):
        assert not is_same_picture(data, other)


def test_the_colour_of_what_is_clear_stays() -> None:
    photo = PHOTO.convert("RGBA")
    photo.putalpha(0)
    data = pictures.encode(photo, "WEBP", lossless=True, exact=True, quality=0, method=0)
    best = optimise(data, Loss.NONE, Limits()).data
    assert len(best) < len(data)
    with Image.open(io.BytesIO(best)) as picture:
        assert picture.tobytes() == photo.tobytes()


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif"])
def test_what_is_cut_off_is_not_stripped(kind: str) -> None:
    data = KINDS[kind].removesuffix(pictures.CANARY)[:-30]
    with pytest.raises(DamagedImage):
        optimise(data, Loss.NONE, Limits())


def test_pixels_without_end_are_not_unpacked() -> None:
    chunks = read_chunks(pictures.encode(CARD, "PNG"))
    bomb = [(kind, zlib.compress(bytes(10**7)) if kind == b"IDAT" else body) for kind, body in chunks]
    data = write_chunks(bomb)
    with pytest.raises(DamagedImage):
        list(strip(data, read_source_info(io.BytesIO(data))))


def test_a_picture_with_another_behind_it_stays() -> None:
    first, second = pictures.photo_jpeg(60, 40), pictures.encode(CARD, "JPEG")
    parts = b"\xff\xe2\x00\x08MPF\0MM"[:4] + b"MPF\0MM"
    data = first[:2] + parts + first[2:] + second
    found = optimise(data, Loss.SOME, Limits())
    assert found.data == data
    assert "more pictures" in found.remark


def test_a_jpeg_without_its_end() -> None:
    data = pictures.photo_jpeg(60, 40)[:-2]
    with pytest.raises(TruncatedImage):
        optimise(data, Loss.NONE, Limits())
