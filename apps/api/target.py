"""The raw request target: the path as the client wrote it, taken apart once and never decoded twice.

WSGI decodes the path before Django routes, so `a%2Fb` (one image id) and `a/b` look the same, and an id
such as `x/blob` would shadow a route (catalogue §0.3). So this room matches its routes against the raw
path, and only the pieces that a route cuts out are decoded.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

from django.http import HttpRequest

# Servers name it differently: gunicorn, then uWSGI and mod_wsgi. Django's test client has neither.
_NAMES = ("RAW_URI", "REQUEST_URI")
_ABSOLUTE = re.compile(r"https?://[^/?#]*", re.IGNORECASE)  # the form clients send to proxies


def read_raw_path(request: HttpRequest) -> str:
    """Return the path as sent, still percent-encoded, without query."""
    for name in _NAMES:
        if target := request.META.get(name):
            return _ABSOLUTE.sub("", target, count=1).partition("?")[0] or "/"
    return quote(request.path)


def decode(piece: str) -> str:
    """Return a piece of the raw path in clear, or raise ValueError when it is not text.

    Servers hand raw bytes over as Latin-1. NUL is text to nobody, and an error to the database.
    """
    if not piece.isascii():
        piece = quote(piece.encode("latin-1"), safe="/%")
    text = unquote_to_bytes(piece).decode("utf-8")
    if "\x00" in text:
        raise ValueError("NUL in a path")
    return text


class SegmentConverter:
    """One segment of the raw path; in clear it may contain slashes."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return decode(value)

    def to_url(self, value: str) -> str:
        return quote(value, safe="")


class RestConverter(SegmentConverter):
    """All that is left of the raw path: clients of old write an id's slashes plainly."""

    regex = ".+"
