"""The signature of a link: hexadecimal HMAC-SHA-256 over path and query, as Cloudflare Images does it.

Source: https://developers.cloudflare.com/images/manage-images/serve-images/serve-private-images/
The HMAC's key is the UTF-8 bytes of the key's text, never its decoded form.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable

_SIGNATURE = re.compile(r"[0-9a-f]{64}", re.ASCII)


def sign(target: str, key: str) -> str:
    """Return the signature of an encoded path with its query: 64 lower-case hexadecimal digits."""
    return _sign_bytes(target.encode("utf-8"), key)


def sign_url(path_and_query: str, key: str, *, expires_at: int | None = None) -> str:
    """Return the link with `exp` (unix seconds; None for never) and `sig` as its last parameters.

    Raises ValueError when it has one of the two already, for then no server would accept it.
    """
    query = path_and_query.partition("?")[2]
    names = {pair.partition("=")[0] for pair in query.split("&")}
    if taken := names & {"exp", "sig"}:
        raise ValueError(f"the link already has the parameter {taken.pop()!r}")
    target = path_and_query if query else path_and_query.rstrip("?")
    if expires_at is not None:
        target = _append(target, f"exp={expires_at:d}")
    return _append(target, f"sig={sign(target, key)}")


def verify(signed_text: bytes, sig: str, keys: Iterable[str]) -> bool:
    """Whether one of the keys made this signature over these bytes: the raw target without its `sig` pair.

    Every key is tried whichever matches, in constant time, so that timing says nothing about them.
    """
    if not _SIGNATURE.fullmatch(sig):
        return False
    is_valid = False
    for key in keys:
        is_valid |= hmac.compare_digest(_sign_bytes(signed_text, key), sig)
    return is_valid


def _sign_bytes(target: bytes, key: str) -> str:
    return hmac.digest(key.encode("utf-8"), target, "sha256").hex()


def _append(target: str, pair: str) -> str:
    return f"{target}{'&' if '?' in target else '?'}{pair}"
