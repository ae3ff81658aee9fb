"""What a client already has, and which part it wants: If-None-Match, Range and If-Range (RFC 9110 §13, §14).

Asked only after the link was allowed, so that neither tells a stranger whether a picture exists.
"""

from __future__ import annotations

import re

from apps.delivery.refusals import RangeNotSatisfiable

_TAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')
_ONE_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})", re.IGNORECASE)


def is_unchanged(if_none_match: str, etag: str) -> bool:
    """Whether the client has these very bytes; a weak tag of them counts as well."""
    return if_none_match.strip() == "*" or etag in _TAG.findall(if_none_match)


def choose_range(wanted: str, if_range: str, etag: str, size_bytes: int) -> tuple[int, int] | None:
    """Return (start, length) for a request of one range, None when all is to be sent.

    Several ranges and what cannot be read are answered with the whole, as RFC 9110 allows. Raises
    RangeNotSatisfiable when the range lies behind the end.
    """
    if not wanted:
        return None
    match = _ONE_RANGE.fullmatch(wanted.strip())
    if match is None or match.groups() == ("", "") or (if_range and if_range != etag):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size_bytes - int(last)), size_bytes
    else:
        start, end = int(first), min(int(last) + 1, size_bytes) if last else size_bytes
        if last and int(last) < start:
            return None
    if start >= size_bytes:
        raise RangeNotSatisfiable(size_bytes)
    return start, end - start
