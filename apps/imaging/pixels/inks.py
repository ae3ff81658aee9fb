"""Inks: CMYK to sRGB, by colour transforms that are kept for the next picture.

Four inks make a table of four dimensions, which lcms works out for every transform anew: 20 ms, a quarter of
what a thumbnail of 6 megapixels takes. Most pictures have one of a few profiles, or none. libvips keeps no
transform, so Pillow does it, with the same lcms and the same pixels as the result.
"""

from __future__ import annotations

import io
from functools import lru_cache

import pyvips
from PIL import Image as PillowImage
from PIL import ImageCms

from apps.imaging.pixels.decoders import PROFILE

# Larger pictures, all of whose pixels would be in memory three times, wait for libvips' table.
_MOST_PIXELS = 4_000_000
_BANDS = 4


def can_convert(image: pyvips.Image) -> bool:
    """Whether it is CMYK in 8 bits, without opacity, and small."""
    return (
        image.interpretation == "cmyk"
        and (image.format, image.bands) == ("uchar", _BANDS)
        and image.width * image.height <= _MOST_PIXELS
    )


def convert(image: pyvips.Image) -> pyvips.Image:
    """Return it in sRGB, in memory; without a profile, or with a broken one, by libvips' own."""
    profile = image.get(PROFILE) if image.get_typeof(PROFILE) else _USUAL
    inks = PillowImage.frombuffer(
        "CMYK", (image.width, image.height), image.write_to_memory(), "raw", "CMYK", 0, 1
    )
    try:
        transform = _make_transform(profile)
    except (OSError, ImageCms.PyCMSError):  # no profile at all, or none of inks
        transform = _make_transform(_USUAL)
    colours = transform.apply(inks)
    made = pyvips.Image.new_from_memory(colours.tobytes(), *colours.size, 3, "uchar")
    # Laid over what it was made of, which has the metadata and none of whose pixels is read again.
    bearer = image.extract_band(0, n=made.bands).copy(interpretation="srgb")
    bearer.remove(PROFILE)
    return bearer.insert(made.copy(interpretation="srgb"), 0, 0)


# A megabyte or two each.
@lru_cache(maxsize=3)
def _make_transform(profile: bytes) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.ImageCmsProfile(io.BytesIO(_SRGB)),
        "CMYK",
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )


_USUAL, _SRGB = (bytes(pyvips.Image.profile_load(name)) for name in ("cmyk", "srgb"))
