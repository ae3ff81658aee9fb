"""Run the benchmarks named on the command line, or all of them."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from tests.bench import stored_hits

BENCHMARKS: dict[str, Callable[[], None]] = {
    "stored_hits": stored_hits.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    names = parser.parse_args().names or list(BENCHMARKS)
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(BENCHMARKS)}")
    for name in names:
        print(f"== {name}", flush=True)  # noqa: T201  # a benchmark is read in a terminal
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()
