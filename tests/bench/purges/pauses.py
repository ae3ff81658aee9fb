"""F16: a node stands still while its pictures are purged, comes back, and shows nothing old."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from apps.cdn.backends.node import NodeFailed
from apps.cdn.backends.request import PurgeRequest
from apps.cdn.backends.varnish import VarnishBackend
from apps.cdn.leases import renew_leases
from tests.bench.effort import FULL, Effort
from tests.bench.purges.origin import Origin, read_version
from tests.bench.stack import edge_before


def run(effort: Effort) -> dict[str, Any]:
    """Return rounds, purges that were called done while the node could not hear, and old pictures after."""
    rounds = 20 if effort is FULL else 3
    called_done = old = 0
    origin = Origin()
    with origin.listening() as origin_port, edge_before(origin_port) as port:
        for number in range(1, rounds + 1):
            assert read_version(port, number) == 1
            with standing_still():
                origin.versions[number] = 2
                try:
                    VarnishBackend().purge(PurgeRequest(keys=(f"i-{number}",), account=f"a-{number}"))
                    called_done += 1
                except NodeFailed:
                    pass
            renew_leases()
            old += read_version(port, number) < 2
    return {"rounds": rounds, "called_done": called_done, "old": old}


@contextmanager
def standing_still() -> Iterator[None]:
    """Stop every Varnish process of ours, and let it go on."""
    ours = [
        child for child in psutil.Process().children(recursive=True) if child.name().startswith("varnish")
    ]
    ours += [child for child in psutil.Process().children(recursive=True) if child.name() == "cache-main"]
    assert ours
    for process in ours:
        os.kill(process.pid, signal.SIGSTOP)
    while any(process.status() != psutil.STATUS_STOPPED for process in ours):
        time.sleep(0.01)  # on a busy machine a process hears of it a little later
    try:
        yield
    finally:
        for process in ours:
            os.kill(process.pid, signal.SIGCONT)
