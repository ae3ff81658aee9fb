"""Addresses: where a drawing may point: to a part of itself, or to a picture that it carries along."""

from __future__ import annotations

import re

# What may stand in an unquoted CSS url() too.
_FRAGMENT = re.compile(r"#[^\x00-\x20\x7f-\x9f\"'()<>\\]++")
_PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,([A-Za-z0-9+/]++={0,2})", re.IGNORECASE)


def keep_fragment(address: str) -> str | None:
    """Return `#name` if that is what the address is; None for any other."""
    address = address.strip()
    return address if _FRAGMENT.fullmatch(address) else None


def keep_picture(address: str) -> str | None:
    """Return a `data:` address of a PNG, JPEG or GIF, its line breaks removed; None for any other."""
    match = _PICTURE.fullmatch("".join(address.split()))
    return f"data:image/{match[1].lower()};base64,{match[2]}" if match else None


def keep_address(address: str) -> str | None:
    """Return a fragment or a carried picture; None for any other address."""
    return keep_fragment(address) or keep_picture(address)
