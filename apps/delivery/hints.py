"""Hints in a request's headers: what a browser tells of its screen and its connection.

Browsers send most of them to pages that asked for them only, and to other hosts only where the page says so
(`Accept-CH`, `Permissions-Policy`). A header that makes no sense counts as one that was not sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from apps.imaging.recipe.hints import NO_HINTS, Hints, Topic, is_slow_connection

# Asked for by Accept-CH.
CLIENT_HINTS: dict[Topic, tuple[str, ...]] = {
    Topic.SCREEN: ("Sec-CH-Viewport-Width", "Sec-CH-DPR", "Sec-CH-UA-Mobile"),
    Topic.CONNECTION: ("RTT", "Save-Data", "ECT", "Downlink"),
}
# Read as well, and sent unasked.
_ALSO_READ = {Topic.SCREEN: ("User-Agent",), Topic.CONNECTION: ()}

_WHOLE = re.compile(r"[0-9]{1,5}", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,3})?", re.ASCII)
_IS_MOBILE = {"?1": True, "?0": False}
# Most requests have none of those asked for.
_ASKED_FOR = frozenset(name.lower() for names in CLIENT_HINTS.values() for name in names)
_ON_A_PHONE = Hints(is_mobile=True)


def list_headers(topics: tuple[Topic, ...]) -> tuple[str, ...]:
    """Return the request headers an answer depends on."""
    return tuple(name for topic in topics for name in (*CLIENT_HINTS[topic], *_ALSO_READ[topic]))


def read_hints(headers: Mapping[str, str]) -> Hints:
    """Return what the headers tell; their names are lower-case."""
    # "Mobi" is in the name of every phone's browser, and in no tablet's.
    is_phone = "Mobi" in headers.get("user-agent", "")
    if _ASKED_FOR.isdisjoint(headers):
        return _ON_A_PHONE if is_phone else NO_HINTS
    return Hints(
        viewport_width=int(_read(headers, "sec-ch-viewport-width", _WHOLE) or 0) or None,
        dpr=_read(headers, "sec-ch-dpr", _DECIMAL) or 1.0,
        is_mobile=_IS_MOBILE.get(headers.get("sec-ch-ua-mobile", ""), is_phone),
        is_slow=is_slow_connection(
            rtt_ms=_read(headers, "rtt", _WHOLE),
            downlink_mbps=_read(headers, "downlink", _DECIMAL),
            effective_type=headers.get("ect"),
            saves_data=headers.get("save-data", "").lower() == "on",
        ),
    )


def _read(headers: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> float | None:
    text = headers.get(name)
    return float(text) if text and pattern.fullmatch(text) else None
