"""Where a link goes wrong: an error's place in the URL, to the character where it has one."""

from __future__ import annotations

import re
from typing import TypeAlias

from apps.delivery.explaining.address import Address
from apps.images import errors as images
from apps.images.explanation import Fault
from apps.images.links import Link, locate
from apps.images.remote import PREFIX, RemoteLink
from apps.imaging.errors import ImagingError, OptionsError

Span: TypeAlias = tuple[int, int]
_END_OF_OPTION = re.compile(rb",|%2c", re.IGNORECASE)


def find_fault(error: Exception, address: Address, link: Link | None) -> Fault | None:
    """Return the place of an error in the address; None when the link is not at fault."""
    target = address.raw_target
    span = _find_span_unread(error, target) if link is None else _find_span(error, target, link)
    if span is None:
        return None
    start, end = span
    return Fault(str(error), len(address.origin) + start, end - start)


def point_at_account(address: Address, link: Link, sentence: str) -> Fault:
    """Return a fault whose place is the account's hash; of a link that has none, the host."""
    (start, end), _, _ = _find_parts(address.raw_target, link)
    if isinstance(link, RemoteLink):
        return Fault(sentence, 0, len(address.origin))
    return Fault(sentence, len(address.origin) + start, end - start)


def _find_span_unread(error: Exception, target: bytes) -> Span | None:
    """Return the span within a target that could not be taken apart."""
    if isinstance(error, images.LinkTooLong):
        return error.position, len(target)
    if isinstance(error, images.NotALink):
        return error.position, error.position
    if isinstance(error, images.BadLinkText):
        return error.position, error.position + 1
    return None


def _find_span(error: Exception, target: bytes, link: Link) -> Span | None:
    account, image, segment = _find_parts(target, link)
    match error:
        case images.UnknownAccount():
            return account
        case images.UnknownHost():
            return None
        case images.OriginNotAllowed() | images.AlreadyResized():
            return image
        case images.NoSuchImage():
            return image
        case images.SignatureMissing():
            return len(target), len(target)
        case images.SignatureMalformed():
            position = link.signature.position
            return position, _find_end(target, position)
        case images.SignatureWrong():
            return _find_pair(target, b"sig")
        case images.LinkExpired():
            return _find_pair(target, b"exp")
        case OptionsError() if link.is_flexible and error.position is not None:
            return _find_option(target, link, segment, error.position)
        case images.DecisionError() | ImagingError():
            return segment
    return None


def _find_parts(target: bytes, link: Link) -> tuple[Span, Span, Span]:
    """Return where account hash, image id or source, and variant or options stand."""
    if isinstance(link, RemoteLink):
        start, source = len(PREFIX), target.index(b"/", len(PREFIX))
        return (0, 0), (source + 1, len(target)), (start, source)
    prefix = len(link.signature.prefix)
    end = len(target.partition(b"?")[0])
    first, last = target.index(b"/", prefix + 1), target.rindex(b"/", 0, end)
    return (prefix + 1, first), (first + 1, last), (last + 1, end)


def _find_option(target: bytes, link: Link, segment: Span, position: int) -> Span:
    """Return the rest of an option, from a character of the decoded options on."""
    start, end = segment
    begin = start + locate(target[start:end], len(link.segment[:position].encode()))
    next_option = _END_OF_OPTION.search(target, begin, end)
    return begin, next_option.start() if next_option else end


def _find_pair(target: bytes, name: bytes) -> Span:
    """Return where the value of a pair that stands once in the query begins and ends."""
    pair = re.compile(rb"[?&]" + name + b"=").search(target)
    start = pair.end() if pair else len(target)
    return start, _find_end(target, start)


def _find_end(target: bytes, start: int) -> int:
    end = target.find(b"&", start)
    return len(target) if end < 0 else end
