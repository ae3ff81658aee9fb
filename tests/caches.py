"""A cache downstream of the tests' own, as a pytest plugin: it notes what it is asked to forget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


class MemoryCache:
    """Forgets at once and for good, unless it is down; `meanwhile` happens while it is asked."""

    settle_seconds = 0.0

    def __init__(self) -> None:
        self.is_down = False
        self.meanwhile: Callable[[], object] = lambda: None
        self.forgotten: list[Any] = []

    def purge(self, request: Any) -> None:
        self.meanwhile()
        if self.is_down:
            raise ConnectionError("the cache is down")
        self.forgotten.append(request)


@pytest.fixture
def cache(settings: Any, monkeypatch: pytest.MonkeyPatch) -> MemoryCache:
    """Put it in front of the platform."""
    from apps.cdn.backends import BACKENDS

    cache = MemoryCache()
    monkeypatch.setitem(BACKENDS, "memory", lambda: cache)
    settings.PURGE_BACKEND = "memory"
    return cache
