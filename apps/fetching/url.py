"""FetchUrl: a URL taken apart once, strictly; what is connected to and sent comes from these parts alone.

`urllib.parse` is not asked: it removes tabs and line ends, and other readers of the same text do not.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, unquote_to_bytes

from apps.fetching.addresses import Address
from apps.fetching.errors import BadUrl
from apps.fetching.hosts import read_host

# Links with a cloud's session token in them have 2,000 characters and more.
MAX_CHARACTERS = 8192
_DEFAULT_PORTS = {"http": 80, "https": 443}
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?:#.*)?", re.IGNORECASE
)
_HOST_AND_PORT = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]+)(?::(?P<port>[0-9]{1,5})?)?")
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# All that RFC 3986 allows in a path or query, and what it does not but servers expect to see unescaped.
_KEPT = "/?:@!$&'()*+,;=-._~%[]|"


@dataclass(frozen=True, slots=True)
class FetchUrl:
    """An http or https URL. Its texts (`str`, `repr`) hide credentials and the query, which may be one.

    host: ASCII, lower case; an IPv6 address without its brackets. `address` is set if the host is one.
    target: path and query as sent, ASCII. authorization: the value of that header, from `user:password@`.
    """

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)
    address: Address | None = None
    authorization: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        secret = "***@" if self.authorization else ""
        path, mark, _ = self.target.partition("?")
        return f"{self.scheme}://{secret}{self.authority}{path}{mark and '?***'}"

    @property
    def spelled(self) -> str:
        """The whole URL in ASCII, its query too, which `str` hides; but no credentials."""
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def is_encrypted(self) -> bool:
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def filename(self) -> str:
        """The last part of the path, unescaped; not fit for a path of ours."""
        return unquote(self.target.partition("?")[0].rpartition("/")[2])


def parse_url(text: str, *, ports: Collection[int]) -> FetchUrl:
    """Take a URL apart; raises BadUrl, whose message quotes nothing of it."""
    check_characters(text)
    found = _URL.fullmatch(text)
    if found is None:
        raise BadUrl("a URL must start with http:// or https://")
    scheme = found["scheme"].lower()
    userinfo, _, rest = found["authority"].rpartition("@")
    parts = _HOST_AND_PORT.fullmatch(rest)
    if parts is None:
        raise BadUrl("the URL has no host, or more than a host and a port where they belong")
    host, address = read_host(parts["host"])
    port = int(parts["port"] or _DEFAULT_PORTS[scheme])
    if port not in ports:
        raise BadUrl(f"the port must be one of: {', '.join(map(str, sorted(ports)))}")
    target = quote((found["path"] or "/") + (found["query"] or ""), safe=_KEPT)
    return FetchUrl(scheme, host, port, target, address, _read_userinfo(userinfo) if userinfo else None)


def check_characters(text: str) -> None:
    """Raise BadUrl for a text that holds what no URL may hold."""
    if len(text) > MAX_CHARACTERS:
        raise BadUrl(f"a URL may have at most {MAX_CHARACTERS} characters")
    if " " in text or "\\" in text or not text.isprintable():
        raise BadUrl("a URL must not contain spaces, backslashes or control characters")
    if _BROKEN_PERCENT.search(text):
        raise BadUrl("a % must be followed by two hexadecimal digits")


def _read_userinfo(userinfo: str) -> str:
    """Return the credentials as HTTP's Basic scheme has them (RFC 7617, UTF-8)."""
    user, _, password = (unquote_to_bytes(part) for part in userinfo.partition(":"))
    if "@" in userinfo or b":" in user:
        raise BadUrl("in user:password@ both must be percent-encoded")
    return "Basic " + base64.b64encode(user + b":" + password).decode("ascii")
