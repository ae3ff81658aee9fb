"""Links to remote sources: `/cdn-cgi/image/<options>/<source>`, the account found by the host. Pure.

The source is a URL, or a path on the host that was asked; it is written as it is, so that it can be put
behind the options without being encoded, and its query is its own (catalogue §4.1).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from apps.fetching.errors import BadUrl
from apps.fetching.url import FetchUrl, parse_url
from apps.images.decide import Facts, read_recipe
from apps.images.errors import (
    AlreadyResized,
    BadSource,
    LinkTooLong,
    NotALink,
    OriginNotAllowed,
    UnknownHost,
)
from apps.images.hosts import find_host_name
from apps.images.links import (
    MAX_TARGET_BYTES,
    Link,
    SignaturePart,
    decode_part,
    parse_link,
    refuse_broken_escapes,
)
from apps.imaging.errors import OptionsError
from apps.variants.origins import is_allowed

PREFIX = b"/cdn-cgi/image/"
# Servers between make one slash of two.
_ABSOLUTE = re.compile(r"(https?):/{1,2}(?=[^/])", re.IGNORECASE)
_REDIRECTS = re.compile(r"(?:^|,)onerror=redirect(?:,|$)")
# Which ports may be fetched from is the fetcher's to say.
_ANY_PORT = range(1, 65_536)


@dataclass(frozen=True, slots=True)
class RemoteLink(Link):
    """`host` is the name that was asked; `image_id` stands for the source and is nobody's to choose."""

    host: str
    source: FetchUrl

    @property
    def redirects_on_error(self) -> bool:
        """Whether who asks would rather have the source than no picture."""
        return _REDIRECTS.search(self.segment) is not None


def parse_target(raw_target: bytes, *, host: str, is_encrypted: bool) -> Link:
    """Return the link a request target spells; raises LinkError.

    `host` is the Host header; `is_encrypted` says whether what has a path only is fetched by https.
    """
    if not raw_target.startswith(PREFIX):
        return parse_link(raw_target)
    if len(raw_target) > MAX_TARGET_BYTES:
        raise LinkTooLong(MAX_TARGET_BYTES)
    options, slash, source = raw_target.removeprefix(PREFIX).partition(b"/")
    if not (options and slash and source) or b"?" in options:
        raise NotALink(len(raw_target))
    refuse_broken_escapes(PREFIX + options)
    name = find_host_name(host)
    if not name:
        raise UnknownHost
    url = _read_source(source, f"{'https' if is_encrypted else 'http'}://{_bracket(name)}/")
    return RemoteLink(
        account_hash="",
        image_id=make_source_id(url),
        segment=decode_part([PREFIX[:-1], options], 1),
        signature=SignaturePart(b""),
        host=name,
        source=url,
    )


def make_source_id(url: FetchUrl) -> str:
    """Return the public id a source's copy has in its account: custom ids cannot begin like it."""
    return "/" + hashlib.sha256(url.spelled.encode("ascii")).hexdigest()


def read_source(text: str) -> FetchUrl:
    """Return a source's URL, as links spell it in full; raises BadSource."""
    try:
        url = parse_url(text, ports=_ANY_PORT)
    except BadUrl as error:
        raise BadSource(str(error)) from error
    if url.authorization is not None:
        raise BadSource("a link is for everyone, and must not have a password in it")
    path = url.target.partition("?")[0]
    if not {".", ".."}.isdisjoint(re.split(r"[/\\]", unquote(path))):
        raise BadSource("a source's path must not have '.' or '..' in it")
    return url


def check_source(link: RemoteLink, facts: Facts | None, *, own_urls: tuple[str, ...]) -> None:
    """Raise DecisionError or OptionsError for a source that must not be fetched.

    `own_urls` are those of delivery and control: what lies there is a picture of ours, or none.
    """
    if facts is None:
        raise UnknownHost
    if not link.is_flexible:
        raise OptionsError("at least one option is needed, such as width=400")
    read_recipe(link.segment)
    if link.source.target.startswith("/cdn-cgi/") and link.source.host == link.host:
        raise AlreadyResized
    if any(_is_at(link.source, url) for url in own_urls):
        raise AlreadyResized
    if not may_come_from(link.source, link.host, facts.allowed_origins):
        raise OriginNotAllowed


def may_come_from(source: FetchUrl, host: str, allowed_origins: tuple[str, ...]) -> bool:
    """Whether a picture asked for on `host` may come from a URL: always from the site under that name.

    Another port of it is another's server.
    """
    path = source.target.partition("?")[0]
    return (source.host == host and source.port in {80, 443}) or is_allowed(
        source.host, path, allowed_origins
    )


def _is_at(source: FetchUrl, url: str) -> bool:
    own = urlsplit(url)
    port = own.port or {"http": 80, "https": 443}[own.scheme]
    is_same_server = source.port == port or {source.port, port} <= {80, 443}
    return source.host == own.hostname and is_same_server


def _read_source(raw: bytes, zone: str) -> FetchUrl:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadSource("a URL must be UTF-8") from error
    absolute = _ABSOLUTE.match(text)
    if absolute is not None:
        return read_source(f"{absolute[1]}://{text[absolute.end() :]}")
    return read_source(zone + text.lstrip("/"))


def _bracket(name: str) -> str:
    return f"[{name}]" if ":" in name else name
