"""Where a redirect leads: to a URL read as strictly as the first, and never from https to http."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from urllib.parse import urljoin

from apps.fetching.errors import BadRedirect, BadUrl
from apps.fetching.url import FetchUrl, check_characters, parse_url

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def follow(url: FetchUrl, location: str, *, ports: Collection[int]) -> FetchUrl:
    """Return the URL a Location header names, relative to the one that was asked; raises BadRedirect.

    Credentials the header brings along are dropped: they are the server's, not those of who named the URL.
    """
    try:
        # http.client reads headers as Latin-1; a Location that is not ASCII is UTF-8 in practice.
        text = location.encode("latin-1").decode("utf-8").strip(" ")
        if not text:
            raise BadRedirect("the server redirects without saying where to")
        check_characters(text)  # before urljoin, which removes what it does not like
        if not _SCHEME.match(text):  # else urljoin would read `http:///x` and `http:x` as a path
            text = urljoin(f"{url.scheme}://{url.authority}{url.target}", text)
        target = parse_url(text, ports=ports)
    except (BadUrl, ValueError) as error:
        reason = error if isinstance(error, BadUrl) else "it cannot be read"
        raise BadRedirect(f"the server redirects to a URL that cannot be used: {reason}") from error
    if url.is_encrypted and not target.is_encrypted:
        raise BadRedirect("the server redirects from https to http")
    return replace(target, authorization=None)
