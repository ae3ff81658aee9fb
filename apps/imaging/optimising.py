"""Optimising: a file made smaller in its own format, without a pixel changed or at a quality of 85.

Lossless is proven, not believed: what comes out is decoded and compared with what went in, frame by frame.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest

from apps.imaging.headers import read_source_info
from apps.imaging.limits import Limits
from apps.imaging.pixels.decoders import PROFILE, Frame, as_decoded, decode
from apps.imaging.pixels.encoders import Generation
from apps.imaging.pixels.engine import decoding
from apps.imaging.recipe import Metadata, OutputFormat, Recipe
from apps.imaging.render import render
from apps.imaging.source import SourceFormat, SourceInfo
from apps.imaging.stripping import can_strip, strip
from apps.imaging.stripping.jpeg import holds_pictures
from apps.imaging.stripping.png import graft_png
from apps.imaging.stripping.webp import graft_webp, is_lossless


class Loss(Enum):
    """What may be lost: nothing that is seen, or what a quality of 85 loses."""

    NONE = "lossless"
    SOME = "lossy"


LOSSY_QUALITY = 85
# Less than this is not worth encoding a second time, which always loses something.
_LEAST_LOSSY_GAIN = 0.05
_LOSSY_FORMATS = {
    SourceFormat.JPEG: OutputFormat.JPEG,
    SourceFormat.PNG: OutputFormat.PNG,
    SourceFormat.WEBP: OutputFormat.WEBP,
    SourceFormat.GIF: OutputFormat.GIF,
    SourceFormat.AVIF: OutputFormat.AVIF,
}


@dataclass(frozen=True, slots=True)
class Optimised:
    """The smallest file found, which may be the one given; `remark` says why, where it cannot be smaller."""

    data: bytes
    remark: str = ""


def optimise(data: bytes, loss: Loss, limits: Limits) -> Optimised:
    """Return the smallest file that shows the same picture.

    Raises SourceError, LimitExceeded or TooLargeToProcess.
    """
    info = read_source_info(io.BytesIO(data))
    limits.check(info)
    remark = _find_obstacle(data, info, loss)
    if remark:
        return Optimised(data, remark)
    best = data
    if can_strip(info):
        smaller = sorted((each for each in _list_lossless(data, info) if len(each) < len(data)), key=len)
        best = next((each for each in smaller if is_same_picture(data, each)), data)
    if loss is Loss.SOME and _can_be_lossy(info):
        recipe = Recipe(quality=LOSSY_QUALITY, metadata=Metadata.NONE)
        output = _LOSSY_FORMATS[info.format]
        lossy = render(io.BytesIO(data), recipe, output, limits=limits, generation=Generation.SMALL).data
        if len(lossy) <= len(best) * (1 - _LEAST_LOSSY_GAIN):
            best = lossy
    return Optimised(best)


def _find_obstacle(data: bytes, info: SourceInfo, loss: Loss) -> str:
    """Return why nothing is tried; empty if nothing speaks against it."""
    name = info.format.value.upper()
    if info.format is SourceFormat.JPEG and holds_pictures(data):
        return "it holds more pictures than the one that most viewers show"
    if can_strip(info) or (loss is Loss.SOME and _can_be_lossy(info)):
        return ""
    if info.format in _LOSSY_FORMATS:
        return (
            "its animation could not be kept"
            if info.is_animated
            else f"{name} gets smaller only with --lossy"
        )
    return f"{name} is not written"


def _can_be_lossy(info: SourceInfo) -> bool:
    output = _LOSSY_FORMATS.get(info.format)
    return output is not None and (output.can_animate or not info.is_animated)


def _list_lossless(data: bytes, info: SourceInfo) -> Iterator[bytes]:
    yield from strip(data, info)
    if info.is_animated:
        return
    if info.format is SourceFormat.PNG:
        other = graft_png(data, _encode_png(data, info), info)
    elif info.format is SourceFormat.WEBP and is_lossless(data):
        other = graft_webp(data, _encode_webp(data, info), info)
    else:
        return
    if other is not None:
        yield other


def _encode_png(data: bytes, info: SourceInfo) -> bytes:
    with decoding():
        frame = next(decode(io.BytesIO(data), info, is_animated=False))
        packed: bytes = frame.image.pngsave_buffer(compression=9, filter=0xF8, keep=0)
    return packed


def _encode_webp(data: bytes, info: SourceInfo) -> bytes:
    with decoding():
        frame = next(decode(io.BytesIO(data), info, is_animated=False))
        # Exact: what is clear keeps its colour, which a program may bring back.
        packed: bytes = frame.image.webpsave_buffer(lossless=True, effort=6, exact=True, keep=0)
    return packed


def is_same_picture(one: bytes, other: bytes) -> bool:
    """Whether two files show the same: size, orientation, profile, delays, and every pixel of every frame.

    Raises SourceError where one of them is damaged.
    """
    infos = [read_source_info(io.BytesIO(data)) for data in (one, other)]
    facts = [
        (info.format, info.width, info.height, info.frames, info.orientation, info.bits, info.has_alpha)
        for info in infos
    ]
    if facts[0] != facts[1]:
        return False
    with decoding():
        frames = [
            decode(io.BytesIO(data), as_decoded(info), is_animated=True)
            for data, info in zip((one, other), infos, strict=True)
        ]
        return all(_is_same_frame(*pair) for pair in zip_longest(*frames))


def _is_same_frame(one: Frame | None, other: Frame | None) -> bool:
    if one is None or other is None:
        return False
    if (one.delay, one.loop, _read_profile(one)) != (other.delay, other.loop, _read_profile(other)):
        return False
    facts = ("width", "height", "bands", "format", "interpretation")
    if any(getattr(one.image, fact) != getattr(other.image, fact) for fact in facts):
        return False
    return not (one.image != other.image).max()


def _read_profile(frame: Frame) -> bytes:
    profile: bytes = frame.image.get(PROFILE) if frame.image.get_typeof(PROFILE) else b""
    return profile
