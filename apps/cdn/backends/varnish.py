"""Varnish with the VCL of `deploy/varnish/`: one or several nodes, which forget by tag or by URL.

Acknowledged is: purge, 20 ms, purge, on every node. The first purge raises the node's fence against fills
under way; the second takes what a fill had put in just as the fence went up.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from apps.cdn.backends.request import PurgeRequest

_PAUSE_SECONDS = 0.02
# Both rounds and the pause: a caller waits a second at most.
_ALL_SECONDS = 0.9
# Varnish takes header lines of 8 kB by default (http_req_hdr_len).
_KEYS_AT_ONCE = 300


class PurgeFailed(Exception):
    """A node did not confirm; the message names it."""


@dataclass(frozen=True, slots=True)
class _Order:
    """One PURGE request: a target with the headers that say what is meant."""

    target: str
    headers: dict[str, str]


class VarnishBackend:
    def purge(self, request: PurgeRequest) -> None:
        """Purge every node, and only then raise PurgeFailed when one did not confirm."""
        orders = list(_list_orders(request, settings.PURGE_SECRET))
        with ThreadPoolExecutor(len(settings.VARNISH_NODES)) as threads:
            attempts = [threads.submit(_purge_node, node, orders) for node in settings.VARNISH_NODES]
        for attempt in attempts:
            attempt.result()


def _list_orders(request: PurgeRequest, secret: str) -> Iterator[_Order]:
    known_by = {"X-Purge-Secret": secret, "X-Purge-Account": request.account}
    for start in range(0, len(request.keys), _KEYS_AT_ONCE):
        keys = " ".join(request.keys[start : start + _KEYS_AT_ONCE])
        yield _Order("/", {"Surrogate-Key": keys, **known_by})
    for url in request.urls:
        # An edge keeps public answers only, and those under no query.
        yield _Order(urlsplit(url).path, known_by)


def _purge_node(node: str, orders: Sequence[_Order]) -> None:
    give_up_at = time.monotonic() + _ALL_SECONDS
    connection = http.client.HTTPConnection(urlsplit(node).netloc, timeout=_ALL_SECONDS)
    try:
        with closing(connection):
            for order in orders:
                _send(node, connection, order, give_up_at)
            time.sleep(_PAUSE_SECONDS)
            for order in orders:
                _send(node, connection, order, give_up_at)
    except (OSError, http.client.HTTPException) as error:
        raise PurgeFailed(f"{node} did not confirm a purge: {error}") from error


def _send(node: str, connection: http.client.HTTPConnection, order: _Order, give_up_at: float) -> None:
    left = give_up_at - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    connection.timeout = left
    if connection.sock is not None:
        connection.sock.settimeout(left)
    connection.request("PURGE", order.target, headers=order.headers)
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise PurgeFailed(f"{node} answered a purge with {response.status} {response.reason}")
