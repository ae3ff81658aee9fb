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
# Two rounds and the pause stay within the second that a caller waits.
_ANSWER_SECONDS = 0.4
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
    for start in range(0, len(request.keys), _KEYS_AT_ONCE):
        keys = " ".join(request.keys[start : start + _KEYS_AT_ONCE])
        yield _Order("/", {"Surrogate-Key": keys, "X-Purge-Secret": secret})
    for url in request.urls:
        parts = urlsplit(url)
        # An edge keeps public answers only, and those under no query.
        yield _Order(parts.path, {"Host": parts.netloc, "X-Purge-Secret": secret})


def _purge_node(node: str, orders: Sequence[_Order]) -> None:
    try:
        for is_second in (False, True):
            if is_second:
                time.sleep(_PAUSE_SECONDS)
            for order in orders:
                _send(node, order)
    except (OSError, http.client.HTTPException) as error:
        raise PurgeFailed(f"{node} did not confirm a purge: {error}") from error


def _send(node: str, order: _Order) -> None:
    with closing(http.client.HTTPConnection(urlsplit(node).netloc, timeout=_ANSWER_SECONDS)) as connection:
        connection.request("PURGE", order.target, headers=order.headers)
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise PurgeFailed(f"{node} answered a purge with {response.status} {response.reason}")
