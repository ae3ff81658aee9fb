"""Leases: a node of the edge answers from what it keeps only while the platform vouches for it.

A node that was cut off may have missed a purge. So each has a lease, renewed every few seconds; when it runs
out, the node passes every request on to delivery until it has another. A purge is done once every node with
a lease has confirmed; one without will be given a new epoch, and with it forgets everything, before it may
serve what it keeps again. Thus a node that is down holds up purges for as long as a lease, and one that comes
back brings nothing old, however long it was away and whoever took it out of the settings.

These are the services of EdgeNode: the row is written before the node is told, never after.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from apps.cdn.backends.node import Greeting, NodeFailed, ask_all, grant, greet
from apps.cdn.models import EdgeNode

# Long enough to outlive a restart of the workers, or of the database.
LEASE_SECONDS = 120
# How far a node's clock may be from ours; its lease counts as so much longer.
CLOCK_SECONDS = 5
_NODE_SECONDS = 2.0

logger = logging.getLogger(__name__)


def renew_leases() -> list[str]:
    """Renew the leases of all nodes of VARNISH_NODES that can be reached, and return their addresses."""
    greetings, failed = ask_all(settings.VARNISH_NODES, partial(greet, seconds=_NODE_SECONDS))
    until = int(time.time()) + LEASE_SECONDS
    epochs = {}
    for address, greeting in greetings.items():
        if abs(greeting.clock - time.time()) > CLOCK_SECONDS:
            failed[address] = NodeFailed(
                f"{address} has a clock that is more than {CLOCK_SECONDS} s off ours"
            )
        else:
            epochs[address] = _extend(address, greeting, until)
    leased, refused = ask_all(
        list(epochs),
        lambda address: grant(address, epoch=epochs[address], until=until, seconds=_NODE_SECONDS),
    )
    for error in (failed | refused).values():
        logger.warning("A node of the edge gets no lease: %s", error)
    return list(leased)


def list_leased_nodes() -> list[str]:
    """Return the addresses a purge must reach; the others will have to forget everything, and it with it."""
    with transaction.atomic():
        EdgeNode.objects.lapsed().update(epoch=_next_epoch())
        return list(EdgeNode.objects.leased().values_list("address", flat=True))


def distrust_nodes(addresses: Collection[str]) -> None:
    """Have nodes that did not confirm a purge forget everything when they are next heard of."""
    EdgeNode.objects.filter(address__in=addresses).update(epoch=_next_epoch())


def _extend(address: str, greeting: Greeting, until: int) -> int:
    """Write down that a node's lease runs until then (unix seconds), and return its epoch."""
    with transaction.atomic():
        now = timezone.now()
        EdgeNode.objects.get_or_create(address=address, defaults={"epoch": _now_ms(), "leased_until": now})
        # A purge came before this lock, and raised the epoch, or comes after it, and finds a lease.
        node = EdgeNode.objects.select_for_update().get(address=address)
        if greeting.epoch > node.epoch:
            # It was vouched for by a database that is not ours any more: one that a backup has replaced.
            node.epoch = max(_now_ms(), greeting.epoch + 1)
        node.leased_until = now + timedelta(seconds=until - now.timestamp() + CLOCK_SECONDS)
        node.save(update_fields=["epoch", "leased_until"])
    return node.epoch


def _next_epoch() -> Greatest:
    return Greatest(F("epoch") + 1, _now_ms())


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
