"""Metadata: what of EXIF, XMP and IPTC a JPEG keeps; whatever is kept must not contradict the pixels."""

from __future__ import annotations

import re
from itertools import count

import pyvips

from apps.imaging.headers.exif import read_copyright
from apps.imaging.pixels.decoders import EXIF, PROFILE
from apps.imaging.pixels.encoders import COPYRIGHT_FIELD
from apps.imaging.recipe import Metadata, OutputFormat

_XMP = "xmp-data"
_TEXT = b"png-comment-"
# The picture is upright by now; the preview inside EXIF is not, and shows what was cut away.
_STALE = frozenset({"orientation", "exif-ifd0-Orientation", "jpeg-thumbnail-data", PROFILE})
_XMP_ORIENTATION = re.compile(rb"(tiff:Orientation(?:=[\"']|>))[2-8]")


def keep_metadata(image: pyvips.Image, policy: Metadata, output: OutputFormat) -> pyvips.Image:
    """Return the image with what the policy keeps; the encoder writes no more than that."""
    if policy is Metadata.NONE or not output.is_jpeg:
        return image
    names = _list_fields(image)
    if policy is Metadata.KEEP:
        gone = {name for name in names if name in _STALE or name.startswith("exif-ifd1-")}
    else:
        gone = {name for name in names if name in _STALE or name.startswith("exif-")}
    notice = read_copyright(image.get(EXIF)) if EXIF in names else b""
    xmp = image.get(_XMP) if _XMP in names else b""

    image = image.copy()  # metadata may be written on what nobody else holds
    for name in gone:
        image.remove(name)
    if notice and policy is Metadata.COPYRIGHT:
        text = notice.decode("utf-8", "replace").replace("\0", " ")
        image.set_type(pyvips.GValue.gstr_type, COPYRIGHT_FIELD, text)
    if xmp:
        image.set_type(pyvips.GValue.blob_type, _XMP, _XMP_ORIENTATION.sub(rb"\g<1>1", xmp))
    return image


def _list_fields(image: pyvips.Image) -> set[str]:
    """Return the names of all fields but PNG's texts, which pyvips' own list takes for UTF-8 in vain."""
    names = set()
    array = pyvips.vips_lib.vips_image_get_fields(image.pointer)
    for number in count():
        if array[number] == pyvips.ffi.NULL:
            break
        name = pyvips.ffi.string(array[number])
        if not name.startswith(_TEXT):
            names.add(name.decode(errors="replace"))
        pyvips.glib_lib.g_free(array[number])
    pyvips.glib_lib.g_free(array)
    return names
