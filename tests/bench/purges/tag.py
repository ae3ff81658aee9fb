"""A tag with ten thousand pictures is forgotten within two seconds."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Any

from apps.cdn.backends.request import PurgeRequest
from apps.cdn.backends.varnish import purge_nodes
from tests.bench.effort import FULL, Effort
from tests.bench.purges.origin import Origin, read_version
from tests.bench.stack import edge_before


def run(effort: Effort) -> dict[str, Any]:
    """Return how many pictures the tag had, what their purge took, and how many were still there."""
    pictures = 10_000 if effort is FULL else 1_000
    origin = Origin(tag=lambda number: f"a-1 i-{number} v-1")
    with ExitStack() as stack:
        origin_port = stack.enter_context(origin.listening())
        port = stack.enter_context(edge_before(origin_port))
        threads = stack.enter_context(ThreadPoolExecutor(8))

        def count_old() -> int:
            versions = threads.map(partial(read_version, port), range(pictures))
            return sum(version == 1 for version in versions)

        count_old()
        for number in range(pictures):
            origin.versions[number] = 2
        kept = count_old()
        began = time.perf_counter()
        request = PurgeRequest(keys=("v-1",), account="a-1")
        failed = purge_nodes([f"http://127.0.0.1:{port}"], request)
        took = time.perf_counter() - began
        old = count_old()
    if failed:
        raise RuntimeError(str(failed))
    return {"pictures": pictures, "kept_before": kept, "purge_ms": round(took * 1000, 1), "old": old}
