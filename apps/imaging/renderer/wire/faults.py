"""Faults: domain errors as closed codes on the wire, and back.

A renderer's reply is not to be trusted, so no sentence of its choosing reaches a person: a code names the
error's class, and what an error carries (a format's name, a limit's name, numbers) is checked
and put into our words. An overlay goes by its place among the images the recipe draws, which both sides know.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from apps.imaging.errors import (
    BadOverlay,
    DamagedImage,
    EmptyImage,
    ImagingError,
    LimitExceeded,
    NotAnImage,
    OverlayError,
    OverlayIsSvg,
    OverlayMissing,
    RendererCrashed,
    RendererTimeout,
    SvgConversion,
    TooLargeToProcess,
    TruncatedImage,
    UnsupportedFormat,
)
from apps.imaging.limits import LIMIT_NAMES
from apps.imaging.renderer.lanes import WrongLane
from apps.imaging.renderer.wire.frames import Header, WireError
from apps.imaging.renderer.wire.records import read_integer, read_text

_BAD_REQUEST = "bad_request"
_UNSUPPORTED_FORMAT = "unsupported_format"
_LIMIT_EXCEEDED = "limit_exceeded"
_BAD_OVERLAY = "bad_overlay"
_OF_OVERLAYS = {"overlay_missing": OverlayMissing, "overlay_is_svg": OverlayIsSvg}
_TOO_LARGE = "too_large_to_process"
_AMOUNTS = ("needed_bytes", "allowed_bytes", "needed_ms", "allowed_ms")
_WRONG_LANE = "wrong_lane"
# Errors that carry nothing but their name; a subclass stands before its base.
_PLAIN = {
    "empty_image": EmptyImage,
    "not_an_image": NotAnImage,
    "truncated_image": TruncatedImage,
    "damaged_image": DamagedImage,
    "svg_conversion": SvgConversion,
    "timeout": RendererTimeout,
    "crashed": RendererCrashed,
}


def write_fault(error: ImagingError | WrongLane, drawn_images: Sequence[str] = ()) -> Header:
    """Return the header that stands for an error in a render that draws these images.

    WrongLane is no error but sends the client next door.
    """
    if isinstance(error, WrongLane):
        return {"fault": _WRONG_LANE}
    if isinstance(error, OverlayError):
        return _write_overlay_fault(error) | {"overlay": drawn_images.index(error.image)}
    if isinstance(error, LimitExceeded):
        return {
            "fault": _LIMIT_EXCEEDED,
            "limit": error.limit,
            "actual": error.actual,
            "allowed": error.allowed,
        }
    if isinstance(error, UnsupportedFormat):
        return {"fault": _UNSUPPORTED_FORMAT, "format": error.format_name}
    if isinstance(error, TooLargeToProcess):
        return {"fault": _TOO_LARGE} | {name: getattr(error, name) for name in _AMOUNTS}
    for code, kind in _PLAIN.items():
        if isinstance(error, kind):
            return {"fault": code}
    return {"fault": "crashed"}


def _write_overlay_fault(error: OverlayError) -> Header:
    if isinstance(error, BadOverlay):
        return {"fault": _BAD_OVERLAY, "cause": write_fault(error.cause)}
    return {"fault": next(code for code, kind in _OF_OVERLAYS.items() if isinstance(error, kind))}


def write_bad_request(error: WireError) -> Header:
    """Return the header that tells a client its request was none."""
    return {"fault": _BAD_REQUEST, "reason": str(error)[:100]}


def raise_fault(header: Header, drawn_images: Sequence[str] = ()) -> NoReturn:
    """Raise the error a reply's header stands for, or WrongLane; WireError when it stands for none."""
    if header.get("fault") == _WRONG_LANE:
        raise WrongLane
    raise read_fault(header, drawn_images)


def read_fault(header: object, drawn_images: Sequence[str] = ()) -> ImagingError:
    """Return the error a header stands for. Raises WireError when it stands for none."""
    if not isinstance(header, dict):
        raise WireError("the fault is no object")
    code = header.get("fault")
    if code == _LIMIT_EXCEEDED:
        limit = read_text(header.get("limit"))
        if limit not in LIMIT_NAMES:
            raise WireError("the fault names no limit of ours")
        return LimitExceeded(limit, read_integer(header.get("actual")), read_integer(header.get("allowed")))
    if code == _UNSUPPORTED_FORMAT:
        return UnsupportedFormat(read_text(header.get("format")))
    if code == _TOO_LARGE:
        return TooLargeToProcess(**{name: read_integer(header.get(name)) for name in _AMOUNTS})
    if code == _BAD_OVERLAY:
        return BadOverlay(_read_image(header, drawn_images), read_fault(header.get("cause")))
    if code == _BAD_REQUEST:
        raise WireError(f"the renderer did not understand us: {read_text(header.get('reason'))}")
    if isinstance(code, str) and code in _OF_OVERLAYS:
        return _OF_OVERLAYS[code](_read_image(header, drawn_images))
    if not isinstance(code, str) or code not in _PLAIN:
        raise WireError("the reply names no fault of ours")
    return _PLAIN[code]()


def _read_image(header: Header, drawn_images: Sequence[str]) -> str:
    place = read_integer(header.get("overlay"))
    if place >= len(drawn_images):
        raise WireError("the fault is about an overlay that nobody asked for")
    return drawn_images[place]
