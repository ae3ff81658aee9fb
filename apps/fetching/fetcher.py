"""Fetcher: the one client for everything that is fetched because a user named it.

It asks the name servers once, connects to one of the addresses it judged and keeps the name for TLS and Host;
each redirect goes through the same. It keeps nothing between fetches: no cookies, no connections, no proxy.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from apps.fetching.addresses import AddressPolicy
from apps.fetching.connecting import connect
from apps.fetching.deadline import Deadline
from apps.fetching.errors import FetchError, RefusedByServer, TooManyRedirects, Unreachable
from apps.fetching.exchange import Exchange
from apps.fetching.redirects import REDIRECTS, follow
from apps.fetching.resolving import Resolve, find_addresses, resolve_by_system
from apps.fetching.slots import Slots
from apps.fetching.url import FetchUrl, parse_url

logger = logging.getLogger(__name__)


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
class Fetched:
    """What came. `url` is where it came from in the end, as text for people: without secrets.

    filename: the last part of the path that was asked for. content_type: what the server says.
    """

    url: str
    filename: str
    content_type: str
    size_bytes: int
    sha256: str


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

    def fetch(self, text: str, *, into: BinaryIO, max_bytes: int, asker: Hashable) -> Fetched:
        """Write what a URL leads to into a file; raises FetchError, and then a part of it may be in there.

        `asker` is on whose behalf: the slots are shared out among them.
        """
        with self._slots.held_by(asker):
            began_at = time.monotonic()
            try:
                return self._fetch(parse_url(text, ports=self._limits.ports), into, max_bytes)
            except Unreachable:
                self._sleep(self._rest_of_step(time.monotonic() - began_at))
                raise

    def _fetch(self, first: FetchUrl, into: BinaryIO, max_bytes: int) -> Fetched:
        deadline = Deadline(self._limits.total_seconds)
        url = first
        try:
            for _ in range(self._limits.max_redirects + 1):
                may_know = url.origin == first.origin
                with self._open(url, first.authorization if may_know else None, deadline) as exchange:
                    if exchange.status not in REDIRECTS:
                        return _receive(exchange, first, url, into, max_bytes)
                    url = follow(url, exchange.header("Location"), ports=self._limits.ports)
            raise TooManyRedirects(self._limits.max_redirects)
        except FetchError as error:
            detail = error.detail if isinstance(error, Unreachable) else error
            place = "" if url is first else f" at {url}"
            logger.info("Fetching %s failed%s: %s (%s)", first, place, type(error).__name__, detail)
            raise

    @contextmanager
    def _open(self, url: FetchUrl, authorization: str | None, deadline: Deadline) -> Iterator[Exchange]:
        headers: Mapping[str, str] = self._headers
        if authorization is not None:
            headers = {**headers, "Authorization": authorization}
        addresses = find_addresses(url, resolve=self._resolve, policy=self._policy, deadline=deadline)
        soon = deadline.within(self._limits.connect_seconds)
        with closing(connect(url, addresses, deadline=soon, trust=self._trust)) as connection:
            yield Exchange(
                connection,
                url,
                headers=headers,
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
    return Fetched(str(url), first.filename, exchange.header("Content-Type"), size, sha256)
