"""Purges at full length, through a real Varnish: after the acknowledgement nobody sees an old byte.

`fills`: purges that meet a fill under way. `tag`: a tag with ten thousand pictures. `pauses`: a node that
stands still during a purge. `replaces`: a picture replaced again and again while it is asked for, by the
whole platform. `keys`: signing keys added, used and deleted under load.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tests.bench.effort import Effort
from tests.bench.stack import set_up_django
from tests.services import running_services

PARTS = ("fills", "tag", "pauses", "replaces", "keys")


def run(effort: Effort) -> dict[str, Any]:
    """Return the figures of each part."""
    figures = {}
    with running_services():
        set_up_django()  # before the parts are imported: they stand on its models
        for name in PARTS:
            figures[name] = import_module(f"tests.bench.purges.{name}").run(effort)
            print(f"   {name}: {figures[name]}", flush=True)
    return figures
