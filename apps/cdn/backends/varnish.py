"""Varnish with the VCL of `deploy/varnish/`: one or several nodes, which forget by tag or by URL.

Acknowledged is: purge, 20 ms, purge, on every node that has a lease. The first purge raises the node's fence
against fills under way; the second takes what a fill had put in just as the fence went up.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial
from urllib.parse import urlsplit

from apps.cdn.backends.node import NodeConnection, NodeFailed, Order, ask_all
from apps.cdn.backends.request import PurgeRequest
from apps.cdn.leases import distrust_nodes, list_leased_nodes

_PAUSE_SECONDS = 0.02
# Varnish takes header lines of 8 kB by default (http_req_hdr_len).
_KEYS_AT_ONCE = 300


class VarnishBackend:
    settle_seconds = 0.0

    def purge(self, request: PurgeRequest) -> None:
        """Purge every node that may serve what it keeps; raise NodeFailed when one did not confirm.

        That one forgets everything when it is next heard of, whether or not this is tried again.
        """
        if failed := purge_nodes(list_leased_nodes(), request):
            distrust_nodes(failed)
            raise next(iter(failed.values()))


def purge_nodes(addresses: Sequence[str], request: PurgeRequest) -> dict[str, NodeFailed]:
    """Purge all nodes at once, and return those that did not confirm."""
    orders = list(_list_orders(request))
    return ask_all(addresses, partial(_purge_node, orders=orders, seconds=request.seconds))[1]


def _list_orders(request: PurgeRequest) -> Iterator[Order]:
    whose = {"X-Purge-Account": request.account}
    for start in range(0, len(request.keys), _KEYS_AT_ONCE):
        keys = " ".join(request.keys[start : start + _KEYS_AT_ONCE])
        yield Order("PURGE", "/", {"Surrogate-Key": keys, **whose})
    for url in request.urls:
        # An edge keeps public answers only, and those under no query.
        yield Order("PURGE", urlsplit(url).path, whose)


def _purge_node(address: str, orders: Sequence[Order], *, seconds: float) -> None:
    with NodeConnection(address, seconds=seconds) as connection:
        for order in orders:
            connection.send(order)
        time.sleep(_PAUSE_SECONDS)
        for order in orders:
            connection.send(order)
