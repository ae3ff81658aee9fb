"""The README's figures are those that were measured last."""

from __future__ import annotations

from tests.bench.results import read_results
from tests.bench.table import README, find_table, write_table


def test_the_readme_shows_the_results() -> None:
    results = read_results()
    assert {"race", "hop", "memory", "giants", "presets"} <= set(results)
    assert find_table(README.read_text(encoding="utf-8")) == write_table(results)
