"""A URL's host, read so that no other reader could see another host in it.

    Pears.Example.          pears.example
    birnbäume.example       xn--birnbume-4za.example
    93.184.215.14           the address
    [2606:4700::1111]       the address

What clients read in different ways is refused rather than guessed at: 127.1, 0x7f.0.0.1, 2130706433 and
0177.0.0.1 (an address to some, a name to others), full-width digits and dots, zones, ß.
"""

from __future__ import annotations

import re
import unicodedata
from ipaddress import IPv4Address, IPv6Address

from apps.fetching.addresses import Address
from apps.fetching.errors import BadUrl

MAX_NAME_CHARACTERS = 253
# Underscores are no part of host names, and are in use: buckets have them.
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
# What the URL standard takes for an IPv4 address: any host whose last label is a number.
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
# IDNA 2003, which Python has, reads these otherwise than IDNA 2008, which browsers have; and some take the
# ideographic full stop for a dot.
_READ_IN_TWO_WAYS = frozenset("ßςẞ\u200c\u200d\u3002")


def read_host(text: str) -> tuple[str, Address | None]:
    """Return the host's ASCII name, lower case and without a dot at its end, and its address if it is one."""
    if text.startswith("["):
        address = _read_v6(text)
        return str(address), address
    name = _to_ascii(text).removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return name, _read_v4(name)
    if len(name) > MAX_NAME_CHARACTERS or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadUrl("the host is not a name that can exist")
    return name, None


def _read_v6(text: str) -> IPv6Address:
    if not text.endswith("]"):
        raise BadUrl("an IPv6 address must stand in brackets, and nothing behind them")
    if "%" in text:
        raise BadUrl("an IPv6 address must not name a zone")
    try:
        return IPv6Address(text.removeprefix("[").removesuffix("]"))
    except ValueError as error:
        raise BadUrl("the host is not an IPv6 address in brackets") from error


def _read_v4(name: str) -> IPv4Address:
    try:
        return IPv4Address(name)
    except ValueError as error:
        raise BadUrl("an IPv4 address must be written as four decimal numbers") from error


def _to_ascii(text: str) -> str:
    if (
        len(text) > MAX_NAME_CHARACTERS + 1
    ):  # before the codec, which has taken quadratic time (CVE-2022-45061)
        raise BadUrl("the host's name is too long")
    if text.isascii():
        return text.lower()
    if unicodedata.normalize("NFKC", text) != text or not _READ_IN_TWO_WAYS.isdisjoint(text):
        raise BadUrl("the host's name holds characters that are read in several ways: write its xn-- form")
    try:
        return text.lower().encode("idna").decode("ascii")
    except UnicodeError as error:
        raise BadUrl("the host's name cannot be converted: write its xn-- form") from error
