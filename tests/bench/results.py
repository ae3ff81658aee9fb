"""Results: what was measured last, one section for each benchmark, in `results.json` beside this module."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tests.bench.effort import Effort
from tests.bench.machine import describe_machine

PATH = Path(__file__).with_name("results.json")


def read_results() -> dict[str, Any]:
    """Return the sections by benchmark; none before the first run."""
    return dict(json.loads(PATH.read_text(encoding="utf-8"))) if PATH.exists() else {}


def make_section(figures: dict[str, Any], effort: Effort) -> dict[str, Any]:
    """Return the figures with when, where and how long they were measured."""
    return {
        "measured_on": time.strftime("%Y-%m-%d", time.gmtime()),
        "effort": effort.name,
        "machine": describe_machine(),
        "figures": figures,
    }


def keep_results(sections: dict[str, Any]) -> None:
    """Put sections in the place of those of the same names."""
    text = json.dumps(read_results() | sections, indent=1, ensure_ascii=False)
    PATH.write_text(text + "\n", encoding="utf-8")
