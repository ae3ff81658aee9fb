"""Run the benchmarks named on the command line, or all of them, and keep their figures."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from tests.bench import (
    edge_hits,
    giants,
    hop,
    lists,
    memory,
    mezzanine,
    misses,
    presets,
    purges,
    race,
    stored_hits,
)
from tests.bench.effort import FULL, QUICK, Effort, Unmeasurable
from tests.bench.results import keep_results, make_section, read_results
from tests.bench.table import put_into_readme, write_table

BENCHMARKS: dict[str, Callable[[Effort], dict[str, Any]]] = {
    "race": race.run,
    "hop": hop.run,
    "memory": memory.run,
    "giants": giants.run,
    "mezzanine": mezzanine.run,
    "presets": presets.run,
    "stored_hits": stored_hits.run,
    "edge_hits": edge_hits.run,
    "misses": misses.run,
    "purges": purges.run,
    "lists": lists.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="a look of minutes; nothing is kept")
    parser.add_argument("--keep", action="store_true", help="keep the figures of a quick run too")
    parsed = parser.parse_args()
    names = parsed.names or list(BENCHMARKS)
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(BENCHMARKS)}")
    effort = QUICK if parsed.quick else FULL
    sections = {}
    for name in names:
        print(f"== {name}", flush=True)
        try:
            # In a process of its own: the settings are read once, and each starts servers of its own.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
                figures = process.submit(BENCHMARKS[name], effort).result()
            sections[name] = make_section(figures, effort)
        except Unmeasurable as reason:
            print(f"   without {name}: {reason}")
            continue
        if effort is FULL or parsed.keep:
            keep_results({name: sections[name]})
            put_into_readme(write_table(read_results()))
    print(write_table(sections))


if __name__ == "__main__":
    main()
