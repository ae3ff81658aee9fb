"""F14: purges that meet a fill under way, at random moments of it; nobody may see an old byte after."""

from __future__ import annotations

import random
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from apps.cdn.backends.request import PurgeRequest
from apps.cdn.backends.varnish import purge_nodes
from tests.bench.effort import FULL, Effort
from tests.bench.purges.origin import Origin, read_version
from tests.bench.stack import edge_before

_AT_ONCE = 4
_LONGEST_SECONDS = 0.2


def run(effort: Effort) -> dict[str, Any]:
    """Return races, old answers among two asked for after each acknowledgement, and what it took (ms)."""
    races = 500 if effort is FULL else 60
    origin = Origin()
    chance = random.Random(7)  # noqa: S311  # the same moments each time
    moments = [[chance.uniform(0, _LONGEST_SECONDS) for _ in range(2)] for _ in range(races)]
    with ExitStack() as stack:
        origin_port = stack.enter_context(origin.listening())
        port = stack.enter_context(edge_before(origin_port))
        fills = stack.enter_context(ThreadPoolExecutor(_AT_ONCE))

        def race(number: int) -> tuple[int, float]:
            origin.delays[number], purged_after = moments[number]
            fill = fills.submit(read_version, port, number)
            time.sleep(purged_after)
            origin.versions[number] = 2
            began = time.perf_counter()
            request = PurgeRequest(keys=(f"i-{number}",), account=f"a-{number}")
            failed = purge_nodes([f"http://127.0.0.1:{port}"], request)
            took = time.perf_counter() - began
            if failed:
                raise RuntimeError(str(failed))
            first = read_version(port, number)
            fill.result()
            return (first < 2) + (read_version(port, number) < 2), took

        with ThreadPoolExecutor(_AT_ONCE) as racers:
            outcomes = list(racers.map(race, range(races)))
    times = [took * 1000 for _, took in outcomes]
    return {
        "races": races,
        "old": sum(old for old, _ in outcomes),
        "median_ms": round(statistics.median(times), 1),
        "worst_ms": round(max(times), 1),
    }
