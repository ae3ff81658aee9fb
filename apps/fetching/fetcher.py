"""Fetcher: the one client for everything that is fetched because a user named it.

It asks the name servers once, connects to one of the addresses it judged and keeps the name for TLS and Host;
each redirect goes through the same. It keeps nothing between fetches: no cookies, no connections, no proxy.
"""

from __future__ import annotations

import logging
import re
import ssl
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO

from apps.fetching.addresses import AddressPolicy
from apps.fetching.connecting import connect
from apps.fetching.deadline import Deadline
from apps.fetching.errors import (
    FetchError,
    ForbiddenRedirect,
    RefusedByServer,
    TooManyRedirects,
    Unreachable,
)
from apps.fetching.exchange import Exchange
from apps.fetching.redirects import REDIRECTS, follow
from apps.fetching.resolving import Resolve, find_addresses, resolve_by_system
from apps.fetching.slots import Slots
from apps.fetching.url import FetchUrl, parse_url

logger = logging.getLogger(__name__)

_NOT_MODIFIED = 304
_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{0,200}"')
_DATE = re.compile(r"[A-Za-z]{3}, [0-9]{2} [A-Za-z]{3} [0-9]{4} [0-9:]{8} GMT")


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """`at_once`: how many fetches may be under way in this process, half of them for the same asker; more are
    refused, not queued.

    total_seconds: for everything, from the first name asked for to the last byte.
    connect_seconds: for finding one host that answers, TLS included.
    step_seconds: answers to what could not be reached come after a multiple of these, so that their time does
    not tell a name that leads nowhere from one that leads into a private network.
    """

    total_seconds: float = 10
    connect_seconds: float = 5
    max_head_bytes: int = 32 * 1024
    max_redirects: int = 3
    ports: frozenset[int] = frozenset({80, 443})
    at_once: int = 4
    step_seconds: float = 1


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server calls the version it sent, in its own words; empty texts for what it did not say.

    They belong to one URL: what came by a redirect has none.
    """

    etag: str = ""
    last_modified: str = ""

    def as_condition(self) -> dict[str, str]:
        """Return the headers that ask for the body only if it is another by now."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came. `url` is where it came from in the end, as text for people: without secrets.

    filename: the last part of the path that was asked for. content_type, cache_control: what the server says.
    is_unchanged: it has what the validators named, and sent nothing.
    """

    url: str
    filename: str
    content_type: str
    size_bytes: int
    sha256: str
    cache_control: str = ""
    validators: Validators = Validators()
    is_unchanged: bool = False


class Fetcher:
    """Sends `user_agent` and `via` each time: a server of ours knows by `via` that it asks itself."""

    def __init__(
        self,
        *,
        user_agent: str,
        via: str,
        policy: AddressPolicy | None = None,
        limits: FetchLimits | None = None,
        trust: ssl.SSLContext | None = None,
        resolve: Resolve = resolve_by_system,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._policy = policy or AddressPolicy()
        self._limits = limits or FetchLimits()
        self._trust = trust or ssl.create_default_context()
        self._resolve, self._sleep = resolve, sleep
        self._headers = {
            "User-Agent": user_agent,
            "Via": via,
            "Accept": "image/*,*/*;q=0.1",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        self._slots = Slots(self._limits.at_once)

    def fetch(
        self,
        text: str,
        *,
        into: BinaryIO,
        max_bytes: int,
        asker: Hashable,
        known: Validators = Validators(),
        may_follow: Callable[[FetchUrl], bool] | None = None,
    ) -> Fetched:
        """Write what a URL leads to into a file; raises FetchError, and then a part of it may be in there.

        `asker` is on whose behalf: the slots are shared out among them. `known` is what an earlier fetch was
        told: the URL itself, not what it redirects to, is asked whether it still holds, and nothing
        is written if so. `may_follow` judges each redirect, beyond what is judged anyway.
        """
        with self._slots.held_by(asker):
            began_at = time.monotonic()
            try:
                first = parse_url(text, ports=self._limits.ports)
                return self._fetch(first, into, max_bytes, known, may_follow)
            except Unreachable:
                self._sleep(self._rest_of_step(time.monotonic() - began_at))
                raise

    def _fetch(
        self,
        first: FetchUrl,
        into: BinaryIO,
        max_bytes: int,
        known: Validators,
        may_follow: Callable[[FetchUrl], bool] | None,
    ) -> Fetched:
        deadline = Deadline(self._limits.total_seconds)
        url = first
        try:
            for _ in range(self._limits.max_redirects + 1):
                may_know = url.origin == first.origin
                # What a redirect leads to may be another thing by now, and call it by the same name.
                headers = known.as_condition() if url is first else {}
                is_conditional = bool(headers)
                if may_know and first.authorization is not None:
                    headers["Authorization"] = first.authorization
                with self._open(url, headers, deadline) as exchange:
                    if exchange.status == _NOT_MODIFIED and is_conditional:
                        return _describe(exchange, first, url, known=known)
                    if exchange.status not in REDIRECTS:
                        return _receive(exchange, first, url, into, max_bytes)
                    url = follow(url, exchange.header("Location"), ports=self._limits.ports)
                    if may_follow is not None and not may_follow(url):
                        raise ForbiddenRedirect
            raise TooManyRedirects(self._limits.max_redirects)
        except FetchError as error:
            detail = error.detail if isinstance(error, Unreachable) else error
            place = "" if url is first else f" at {url}"
            logger.info("Fetching %s failed%s: %s (%s)", first, place, type(error).__name__, detail)
            raise

    @contextmanager
    def _open(self, url: FetchUrl, more: Mapping[str, str], deadline: Deadline) -> Iterator[Exchange]:
        addresses = find_addresses(url, resolve=self._resolve, policy=self._policy, deadline=deadline)
        soon = deadline.within(self._limits.connect_seconds)
        with closing(connect(url, addresses, deadline=soon, trust=self._trust)) as connection:
            yield Exchange(
                connection,
                url,
                headers={**self._headers, **more},
                max_head_bytes=self._limits.max_head_bytes,
                deadline=deadline,
            )

    def _rest_of_step(self, seconds: float) -> float:
        """Return how long until the next step, but not beyond the deadline."""
        step, total = self._limits.step_seconds, self._limits.total_seconds
        return max(0.0, min(-seconds % step, total - seconds)) if step else 0.0


def _receive(exchange: Exchange, first: FetchUrl, url: FetchUrl, into: BinaryIO, max_bytes: int) -> Fetched:
    if exchange.status != 200:
        raise RefusedByServer(exchange.status)
    size, sha256 = exchange.receive(into, max_bytes=max_bytes)
    return replace(_describe(exchange, first, url), size_bytes=size, sha256=sha256)


def _describe(exchange: Exchange, first: FetchUrl, url: FetchUrl, known: Validators | None = None) -> Fetched:
    """Return what an answer's head tells; with `known`, of an answer that these still hold."""
    told = Validators()
    if url is first:
        told = Validators(
            _read(exchange.header("ETag"), _ETAG), _read(exchange.header("Last-Modified"), _DATE)
        )
    return Fetched(
        url=str(url),
        filename=first.filename,
        content_type=exchange.header("Content-Type"),
        size_bytes=0,
        sha256="",
        cache_control=exchange.header("Cache-Control"),
        validators=told if known is None else known,
        is_unchanged=known is not None,
    )


def _read(value: str, pattern: re.Pattern[str]) -> str:
    """Return a validator as it may be sent back; nothing for one that no server should write."""
    return value if pattern.fullmatch(value) else ""
