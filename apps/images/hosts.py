"""A host's name as requests and people write it, brought to the one form it is kept in. Pure.

IMG.Example.com:8443    img.example.com
img.example.com.        img.example.com
birnbäume.example       xn--birnbume-4za.example
[2001:DB8::1]:8001      2001:db8::1
"""

from __future__ import annotations

import re
from functools import lru_cache

from apps.fetching.errors import BadUrl
from apps.fetching.hosts import read_host
from apps.images.errors import BadHostName

_PORT = re.compile(r"(?<=[^:]):[0-9]{1,5}\Z")


def read_host_name(text: str) -> str:
    """Return the name of a host, without a port; raises BadHostName."""
    try:
        return read_host(text.strip())[0]
    except BadUrl as error:
        raise BadHostName(str(error)) from error


@lru_cache(maxsize=1024)
def find_host_name(header: str) -> str:
    """Return the name in a Host header, whatever the port; empty for what is none, which nobody has."""
    try:
        return read_host(_PORT.sub("", header))[0] if header.isascii() else ""
    except BadUrl:
        return ""
