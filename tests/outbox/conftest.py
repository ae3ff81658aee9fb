"""What the outbox's tests need: kinds of jobs of their own."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from apps.outbox import registry
from apps.outbox.registry import Handler

MakeKind = Callable[..., str]


@pytest.fixture
def make_kind(monkeypatch: pytest.MonkeyPatch) -> MakeKind:
    """Return a function that registers a handler and returns the kind it does."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))

    def make(handler: Handler, *, max_attempts: int = 8, lease_seconds: int = 60) -> str:
        kind = f"test.{uuid4().hex}"
        registry.register(kind, handler, max_attempts=max_attempts, lease_seconds=lease_seconds)
        return kind

    return make
