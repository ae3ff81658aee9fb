"""The conversation with one Varnish node, as the VCL of `deploy/varnish/` holds it: purges and leases."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlsplit

from django.conf import settings

Result = TypeVar("Result")


class NodeFailed(Exception):
    """A node did not confirm; the message names it."""


@dataclass(frozen=True, slots=True)
class Order:
    """One request to a node: a target with the headers that say what is meant."""

    method: str
    target: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Greeting:
    """Where a node stands: the epoch of what it keeps (0 before the first), and its clock in unix seconds."""

    epoch: int
    clock: float


class NodeConnection:
    """A connection that is given up `seconds` after it was made, however many orders it carries."""

    def __init__(self, address: str, *, seconds: float) -> None:
        self._address = address
        self._give_up_at = time.monotonic() + seconds
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def send(self, order: Order) -> http.client.HTTPMessage:
        """Return the headers of what the node confirms with, or raise NodeFailed."""
        try:
            response = self._exchange(order)
        except (OSError, http.client.HTTPException) as error:
            raise NodeFailed(f"{self._address} did not confirm a {order.method}: {error}") from error
        if response.status != 200:
            raise NodeFailed(
                f"{self._address} answered a {order.method} with {response.status} {response.reason}"
            )
        return response.headers

    def _exchange(self, order: Order) -> http.client.HTTPResponse:
        left = self._give_up_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("it took too long")
        self._connection.timeout = left
        if self._connection.sock is not None:
            self._connection.sock.settimeout(left)
        headers = {"X-Purge-Secret": settings.PURGE_SECRET, **order.headers}
        self._connection.request(order.method, order.target, headers=headers)
        response = self._connection.getresponse()
        with closing(response):
            response.read()
        return response


def greet(address: str, *, seconds: float) -> Greeting:
    """Ask a node where it stands."""
    with NodeConnection(address, seconds=seconds) as connection:
        told = connection.send(Order("LEASE", "/", {}))
    return Greeting(int(told.get("X-Lease-Epoch") or 0), float(told.get("X-Lease-Clock") or 0))


def grant(address: str, *, epoch: int, until: int, seconds: float) -> None:
    """Let a node answer from what it keeps until then (unix seconds), and forget earlier epochs."""
    with NodeConnection(address, seconds=seconds) as connection:
        connection.send(Order("LEASE", "/", {"X-Lease-Epoch": f"{epoch:d}", "X-Lease-Until": f"{until:d}"}))


def ask_all(
    addresses: Sequence[str], ask: Callable[[str], Result]
) -> tuple[dict[str, Result], dict[str, NodeFailed]]:
    """Ask all nodes at once; return what they say, and of which there was nothing but an error."""
    said: dict[str, Result] = {}
    failed: dict[str, NodeFailed] = {}
    if not addresses:
        return said, failed
    with ThreadPoolExecutor(len(addresses)) as threads:
        asked = {address: threads.submit(ask, address) for address in addresses}
    for address, answer in asked.items():
        try:
            said[address] = answer.result()
        except NodeFailed as error:
            failed[address] = error
    return said, failed
