"""Origins: where an account's remote sources may come from, as texts. Pure.

    example.com             this host alone
    *.example.com           it and all below it
    example.com/photos/     of its paths, those that begin so

Case, port and scheme do not count; ports are the operator's to allow (`FETCH_PORTS`). As at the original, a
path is matched by its first characters, so one that means a folder ends in a slash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from apps.fetching.errors import BadUrl
from apps.fetching.hosts import read_host
from apps.variants.errors import BadOrigin, TooManyOrigins

MAX_ORIGINS = 100
_MAX_CHARACTERS = 300
_PATH = re.compile(r"/[A-Za-z0-9/:@!$&'()*+,;=._~%-]*")


def clean_origins(origins: Sequence[str]) -> list[str]:
    """Return origins in the one form they are kept in, each once; raises BadOrigin or TooManyOrigins."""
    cleaned = list(dict.fromkeys(_clean(origin) for origin in origins))
    if len(cleaned) > MAX_ORIGINS:
        raise TooManyOrigins(MAX_ORIGINS)
    return cleaned


def is_allowed(host: str, path: str, origins: Iterable[str]) -> bool:
    """Whether a source may come from a host (ASCII, lower case) and path; the path is as it is sent."""
    return any(_covers(origin, host, path) for origin in origins)


def _clean(origin: str) -> str:
    host, slash, rest = origin.strip().partition("/")
    stars = "*." if host.startswith("*.") else ""
    try:
        name, address = read_host(host.removeprefix("*."))
    except BadUrl as error:
        raise BadOrigin(origin, str(error)) from error
    if stars and (address is not None or "." not in name):
        raise BadOrigin(origin, "everything below this is more than anyone owns")
    path = slash + rest
    if path and not _PATH.fullmatch(path):
        raise BadOrigin(origin, "the path must be percent-encoded, and without ? and #")
    if len(stars + name + path) > _MAX_CHARACTERS:
        raise BadOrigin(origin, f"it may have at most {_MAX_CHARACTERS} characters")
    bare = f"[{name}]" if ":" in name else name
    return f"{stars}{bare}{'' if path == '/' else path}"


def _covers(origin: str, host: str, path: str) -> bool:
    allowed, slash, rest = origin.partition("/")
    if not path.startswith(slash + rest):
        return False
    allowed = allowed.strip("[]")
    if allowed.startswith("*."):
        return host == allowed[2:] or host.endswith(allowed[1:])
    return host == allowed
