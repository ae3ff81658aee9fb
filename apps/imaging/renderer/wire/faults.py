"""Faults: domain errors as closed codes on the wire, and back.

A renderer's reply is not to be trusted, so no sentence of its choosing reaches a person: a code names the
error's class, and what an error carries (a format's name, a limit's name, two numbers) is checked and put
into our words.
"""

from __future__ import annotations

from dataclasses import fields
from typing import NoReturn

from apps.imaging.errors import (
    DamagedImage,
    EmptyImage,
    ImagingError,
    LimitExceeded,
    NotAnImage,
    RendererCrashed,
    RendererTimeout,
    SvgConversion,
    TooLargeToProcess,
    TruncatedImage,
    UnsupportedFormat,
)
from apps.imaging.limits import Limits
from apps.imaging.renderer.wire.frames import Header, WireError
from apps.imaging.renderer.wire.records import read_integer, read_text

_BAD_REQUEST = "bad_request"
_UNSUPPORTED_FORMAT = "unsupported_format"
_LIMIT_EXCEEDED = "limit_exceeded"
# Errors that carry nothing but their name; a subclass stands before its base.
_PLAIN = {
    "empty_image": EmptyImage,
    "not_an_image": NotAnImage,
    "truncated_image": TruncatedImage,
    "damaged_image": DamagedImage,
    "svg_conversion": SvgConversion,
    "too_large_to_process": TooLargeToProcess,
    "timeout": RendererTimeout,
    "crashed": RendererCrashed,
}


def write_fault(error: ImagingError) -> Header:
    """Return the header that stands for a domain error."""
    if isinstance(error, LimitExceeded):
        return {
            "fault": _LIMIT_EXCEEDED,
            "limit": error.limit,
            "actual": error.actual,
            "allowed": error.allowed,
        }
    if isinstance(error, UnsupportedFormat):
        return {"fault": _UNSUPPORTED_FORMAT, "format": error.format_name}
    for code, kind in _PLAIN.items():
        if isinstance(error, kind):
            return {"fault": code}
    return {"fault": "crashed"}


def write_bad_request(error: WireError) -> Header:
    """Return the header that tells a client its request was none."""
    return {"fault": _BAD_REQUEST, "reason": str(error)[:100]}


def raise_fault(header: Header) -> NoReturn:
    """Raise the error a reply's header stands for; WireError when it stands for none."""
    code = header.get("fault")
    if code == _LIMIT_EXCEEDED:
        limit = read_text(header.get("limit"))
        if limit not in {entry.name for entry in fields(Limits)}:
            raise WireError("the fault names no limit of ours")
        raise LimitExceeded(limit, read_integer(header.get("actual")), read_integer(header.get("allowed")))
    if code == _UNSUPPORTED_FORMAT:
        raise UnsupportedFormat(read_text(header.get("format")))
    if code == _BAD_REQUEST:
        raise WireError(f"the renderer did not understand us: {read_text(header.get('reason'))}")
    if not isinstance(code, str) or code not in _PLAIN:
        raise WireError("the reply names no fault of ours")
    raise _PLAIN[code]
