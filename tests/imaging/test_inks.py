"""CMYK is turned into the very pixels libvips makes of it, and keeps what JPEGs keep."""

from __future__ import annotations

import io

import pytest
import pyvips
from PIL import Image, ImageCms

from apps.imaging.pixels import inks
from apps.imaging.pixels.pipeline import to_8_bits
from apps.imaging.recipe import OutputFormat
from tests import pictures
from tests.imaging.looking import look, make

USUAL = bytes(pyvips.Image.profile_load("cmyk"))
OF_ANOTHER_SPACE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def paint(profile: bytes | None = None) -> pyvips.Image:
    """Return all shades of three inks, with some black, in CMYK."""
    ramp = pyvips.Image.xyz(64, 64)
    image = (ramp[0] * 4).bandjoin([ramp[1] * 4, (ramp[0] + ramp[1]) * 2, ramp[1]]).cast("uchar")
    image = image.copy(interpretation="cmyk")
    if profile is not None:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image


@pytest.mark.parametrize("profile", [None, USUAL, b"nonsense", OF_ANOTHER_SPACE])
def test_it_works(profile: bytes | None) -> None:
    image = paint(profile)
    assert inks.can_convert(image)
    expected = paint(USUAL).icc_transform("srgb", embedded=True, intent="relative", depth=8)
    assert to_8_bits(image).write_to_memory() == expected.write_to_memory()


def test_what_is_large_or_deep_is_left_to_libvips() -> None:
    image = paint()
    for other in (
        image.cast("ushort").copy(interpretation="cmyk"),
        image.addalpha(),
        image.copy(interpretation="srgb"),
        image.replicate(32, 32),
    ):
        assert not inks.can_convert(other)
    small = to_8_bits(image).replicate(32, 32)
    assert to_8_bits(image.replicate(32, 32)).write_to_memory() == small.write_to_memory()


def test_metadata_survives_if_it_is_to() -> None:
    picture = pictures.draw_card().convert("CMYK")
    data = pictures.encode(picture, "JPEG", exif=pictures.make_exif(6, is_telling=True))
    for options, is_kept in (("metadata=keep", True), ("metadata=none", False)):
        made = make(data, options, OutputFormat.JPEG)
        assert look(made.data).size == (made.width, made.height) == (40, 60)
        assert (pictures.CANARY in made.data) is is_kept
    with Image.open(io.BytesIO(make(data, "metadata=keep", OutputFormat.JPEG).data)) as kept:
        assert kept.getexif().get(0x0112, 1) == 1


def test_no_profile_is_left_that_would_be_wrong_now() -> None:
    assert not to_8_bits(paint(USUAL)).get_typeof("icc-profile-data")


def test_a_transform_is_made_once() -> None:
    inks._make_transform.cache_clear()
    for _ in range(3):
        make(pictures.cmyk_jpeg(), "w=20", OutputFormat.PNG)
    assert inks._make_transform.cache_info().misses == 1
