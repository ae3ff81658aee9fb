"""Decoders: a source as frames, each scaled to the size a plan asks for while it is read.

libvips reads most; Pillow reads BMP and the animations libvips does not (AVIF, APNG); pi_heif reads HEIC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

import pi_heif
import pyvips
from PIL import Image as PillowImage

from apps.imaging.box import Box, Size
from apps.imaging.errors import DamagedImage
from apps.imaging.limits import FailOn
from apps.imaging.pixels.engine import decoding_in_python, open_source, open_with_pillow
from apps.imaging.source import SourceFormat, SourceInfo

_ROWS_AT_ONCE = 512
_DEFAULT_DELAY = 100  # milliseconds, where a file gives none
PROFILE, EXIF = "icc-profile-data", "exif-data"


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of an animation, or the only one; `delay` in milliseconds, `loop` as in GIF (0: for ever).

    `source` is what the pixels are still to be read from: libvips does not keep the memory behind it alive.
    """

    image: pyvips.Image
    delay: int = _DEFAULT_DELAY
    loop: int = 0
    source: object = None


def as_decoded(info: SourceInfo) -> SourceInfo:
    """Return the facts as the decoder's pixels will have them: libheif lays AVIF and HEIC upright itself."""
    if info.format is SourceFormat.HEIC or (info.format is SourceFormat.AVIF and not info.is_animated):
        width, height = info.oriented_size
        return replace(info, width=width, height=height, orientation=1)
    return info


def prove(file: BinaryIO, info: SourceInfo) -> None:
    """Decode all of a source and keep nothing; raises what the decoder raises.

    A smaller scale still reads every bit of a JPEG or WebP, and only spares the arithmetic of pixels: 28
    bytes of WebP that stand for 100 megapixels then take 0.6 s and 400 MB instead of 7 s and 2 GB of
    address space.
    """
    scale = _CHEAPEST.get(info.format)
    if scale is None or info.is_animated or min(info.width, info.height) < _LEAST_TO_SHRINK:
        for frame in decode(file, info, is_animated=True):
            frame.image.avg()  # reads all rows in order
        return
    source = open_source(file, info.format)
    _check_size(pyvips.Image.new_from_source(source, "", access="sequential"), info)
    pyvips.Image.new_from_source(source, "", access="sequential", fail_on="truncated", **scale).avg()


_LEAST_TO_SHRINK = 16
_CHEAPEST: dict[SourceFormat, dict[str, float]] = {
    SourceFormat.JPEG: {"shrink": 8},
    SourceFormat.WEBP: {"scale": 0.125},
}


def decode(
    file: BinaryIO,
    info: SourceInfo,
    size: Size | None = None,
    *,
    region: Box | None = None,
    is_animated: bool,
    fail_on: FailOn = FailOn.TRUNCATED,
) -> Iterator[Frame]:
    """Yield the frames of a file, or only the first: of each the region, scaled to `size`, if given.

    `info` is as decoded; `fail_on` is what libvips goes by, all other decoders fail on a missing end. Frames
    are to be consumed in order, each before the next is asked for.
    """
    if info.format is SourceFormat.HEIC:
        frames = iter([_read_heic(file)])
    elif info.format is SourceFormat.BMP or (info.is_animated and info.format in _ANIMATED_BY_PILLOW):
        frames = _read_with_pillow(file)
    elif info.format is SourceFormat.GIF or (info.is_animated and is_animated):
        frames = _read_roll(file, info, count=-1 if is_animated else 1, fail_on=fail_on)
    else:
        yield _read_still(file, info, size, region, fail_on)
        return
    for number, frame in enumerate(frames):
        if number and not is_animated:
            return
        _check_size(frame.image, info)
        yield replace(frame, image=_scale(_crop(frame.image, region), size))


_ANIMATED_BY_PILLOW = frozenset({SourceFormat.AVIF, SourceFormat.PNG})


def _read_still(
    file: BinaryIO, info: SourceInfo, size: Size | None, region: Box | None, fail_on: FailOn
) -> Frame:
    """Return the picture, or the first frame, with libvips' shrink-on-load where the format has it.

    A region is cut out of all pixels: in a picture that was shrunk, its edges would lie between two.
    """
    source = open_source(file, info.format)
    if region is not None or size is None or size == (info.width, info.height):
        image = pyvips.Image.new_from_source(source, "", access="sequential", fail_on=fail_on.value)
        _check_size(image, info)
        image = _scale(_crop(image, region), size)
    elif info.format is SourceFormat.JPEG:
        shrink = find_shrink(info, size)
        image = pyvips.Image.new_from_source(
            source, "", access="sequential", fail_on=fail_on.value, shrink=shrink
        )
        image = _scale(image, size)
    else:
        width, height = size
        # Its own `fail_on` does not reach the loader (libvips 8.18.7): half a JPEG came out half grey.
        image = pyvips.Image.thumbnail_source(
            source,
            width,
            height=height,
            size="force",
            no_rotate=True,
            option_string=f"[fail_on={fail_on.value}]",
        )
    return Frame(image, source=source)


def find_shrink(info: SourceInfo, size: Size) -> int:
    """Return by how much a JPEG's decoder is to shrink it: what is left is at least _SURPLUS times `size`."""
    spare = min(info.width / size[0], info.height / size[1]) / _SURPLUS
    return max((shrink for shrink in (2, 4, 8) if shrink <= spare), default=1)


# libvips' thumbnail has 2. To 512 px, 1.4 takes 20 ms instead of 24 for 6 MP, 56 instead of 67 for 24 MP.
# Against a resize of all pixels SSIM is 0.9976 instead of 0.9997, and once encoded at quality 80, with 2 %
# fewer bytes, 0.9458 instead of 0.9477; Pillow's draft goes down to 1.
_SURPLUS = 1.4


def _read_roll(file: BinaryIO, info: SourceInfo, *, count: int, fail_on: FailOn) -> Iterator[Frame]:
    """Yield the first `count` frames (-1 for all) of a GIF or WebP, which libvips reads as one long roll."""
    source = open_source(file, info.format)
    roll = pyvips.Image.new_from_source(source, "", access="sequential", fail_on=fail_on.value, n=count)
    height = roll.get_page_height()
    delays = roll.get("delay") if roll.get_typeof("delay") else []
    loop = roll.get("loop") if roll.get_typeof("loop") else 0
    for number in range(roll.height // height):
        delay = delays[number] if number < len(delays) else _DEFAULT_DELAY
        frame = roll if roll.height == height else roll.crop(0, number * height, roll.width, height)
        if info.format is SourceFormat.GIF:
            frame = _on_canvas(frame, info)
        yield Frame(frame, delay, loop, source)


def _on_canvas(image: pyvips.Image, info: SourceInfo) -> pyvips.Image:
    """Return a GIF's frame on the whole canvas: libvips takes some sizes, like 640×480, for a mistake."""
    if (image.width, image.height) == (info.width, info.height):
        return image
    if not image.hasalpha():
        image = image.addalpha()
    return image.embed(0, 0, info.width, info.height)


def _read_with_pillow(file: BinaryIO) -> Iterator[Frame]:
    with decoding_in_python(), open_with_pillow(file) as picture:
        count = getattr(picture, "n_frames", 1)
        loop = int(picture.info.get("loop", 0))
        # An APNG's default image may be no frame of the animation but what others show instead of it.
        for number in range(1 if count > 1 and picture.info.get("default_image") else 0, count):
            picture.seek(number)
            delay = round(picture.info.get("duration", _DEFAULT_DELAY))
            yield Frame(_from_pillow(picture), delay, loop)


def _from_pillow(picture: PillowImage.Image) -> pyvips.Image:
    if picture.mode not in ("L", "RGB", "RGBA"):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    image = _from_bytes(_take_pixels(picture), picture.size, picture.mode)
    return _attach(image, PROFILE, picture.info.get("icc_profile"))


def _take_pixels(picture: PillowImage.Image) -> memoryview:
    """Return the pixels, taken a few rows at a time: `tobytes` has all of them twice for a moment."""
    (width, height), row_bytes = picture.size, picture.width * len(picture.mode)
    pixels = memoryview(bytearray(row_bytes * height))
    for top in range(0, height, _ROWS_AT_ONCE):
        bottom = min(height, top + _ROWS_AT_ONCE)
        rows = picture.crop((0, top, width, bottom)).tobytes()
        pixels[top * row_bytes : bottom * row_bytes] = rows
    return pixels


def _read_heic(file: BinaryIO) -> Frame:
    file.seek(0)
    with decoding_in_python():
        heif = pi_heif.open_heif(file, convert_hdr_to_8bit=True)
        picture = heif[heif.primary_index]
        rows = memoryview(picture.data)  # decodes
    # Rows may be padded to a stride.
    row_bytes = picture.size[0] * len(picture.mode)
    if picture.stride != row_bytes:
        starts = range(0, picture.stride * picture.size[1], picture.stride)
        rows = memoryview(b"".join(rows[start : start + row_bytes] for start in starts))
    image = _from_bytes(rows, picture.size, picture.mode)
    image = _attach(image, PROFILE, picture.info.get("icc_profile"))
    return Frame(_attach(image, EXIF, picture.info.get("exif")), source=picture)


def _from_bytes(data: bytes | memoryview, size: Size, mode: str) -> pyvips.Image:
    if mode not in ("L", "RGB", "RGBA"):
        raise DamagedImage
    image = pyvips.Image.new_from_memory(data, *size, len(mode), "uchar")
    return image.copy(interpretation="b-w" if mode == "L" else "srgb")


def _attach(image: pyvips.Image, name: str, block: bytes | None) -> pyvips.Image:
    if not block:
        return image
    image = image.copy()  # metadata may be written on what nobody else holds
    image.set_type(pyvips.GValue.blob_type, name, block)
    return image


def _crop(image: pyvips.Image, region: Box | None) -> pyvips.Image:
    return image if region is None else image.crop(region.left, region.top, region.width, region.height)


def _scale(image: pyvips.Image, size: Size | None) -> pyvips.Image:
    if size is None or size == (image.width, image.height):
        return image
    if image.interpretation == "cmyk":
        # thumbnail_image would turn all of it into RGB first: 195 ms for 6 MP instead of 98.
        return image.resize(size[0] / image.width, vscale=size[1] / image.height)
    return image.thumbnail_image(size[0], height=size[1], size="force", no_rotate=True)


def _check_size(image: pyvips.Image, info: SourceInfo) -> None:
    """What was admitted by its header must be what is decoded."""
    if (image.width, image.height) != (info.width, info.height):
        raise DamagedImage("The image's parts contradict each other about its size")
