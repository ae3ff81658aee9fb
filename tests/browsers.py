"""Where the browser tests' Chromium is, as a pytest plugin: without one they are skipped, with the reason.

`REQUIRE_BROWSER=1` makes that a failure instead, so that a machine which must run them cannot pass without.
"""

from __future__ import annotations

import os
import shutil

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
_REASON = "There is no Chromium on the PATH (nor in CHROMIUM) for the browser tests."


def pytest_configure() -> None:
    if CHROMIUM is None and os.environ.get("REQUIRE_BROWSER") == "1":
        raise pytest.UsageError(f"{_REASON} REQUIRE_BROWSER=1 insists on them.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if CHROMIUM is None and item.get_closest_marker("browser") is not None:
            item.add_marker(pytest.mark.skip(reason=_REASON))
