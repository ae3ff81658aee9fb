"""How long a copy of a remote source is taken for the source: by what its server says, within bounds. Pure.

As at the original an hour at least (catalogue §4.11), except where the server wants to be asked.
"""

from __future__ import annotations

import re

MIN_SECONDS = 3600
MAX_SECONDS = 30 * 86_400
# Of a server that is away, the last known is shown this much longer, unless it said otherwise.
STALE_SECONDS = 86_400
_SECONDS = re.compile(r"[0-9]{1,10}")
_UNKEPT = frozenset({"no-cache", "no-store", "private"})
_STRICT = _UNKEPT | {"must-revalidate", "proxy-revalidate"}


def find_lifetime(cache_control: str) -> int:
    """Return seconds for a Cache-Control header; what cannot be read in it counts as not said."""
    told = _read(cache_control)
    if not _UNKEPT.isdisjoint(told):
        return 0
    seconds = told.get("s-maxage") or told.get("max-age") or ""
    asked = int(seconds) if _SECONDS.fullmatch(seconds) else 0
    return min(asked if is_strict(cache_control) else max(asked, MIN_SECONDS), MAX_SECONDS)


def is_strict(cache_control: str) -> bool:
    """Whether a copy may not be shown once it is stale, not even while the server is away."""
    return not _STRICT.isdisjoint(_read(cache_control))


def _read(cache_control: str) -> dict[str, str]:
    entries = (entry.partition("=") for entry in cache_control.lower().split(","))
    return {name.strip(): value.strip().strip('"') for name, _, value in entries}
