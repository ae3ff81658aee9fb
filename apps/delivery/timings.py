"""Timings: how long the stages of an answer took, in their order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Timings:
    """A stage that comes twice is one, and as long as both together."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        started_at = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - started_at
            self.seconds[stage] = self.seconds.get(stage, 0.0) + spent

    @property
    def milliseconds(self) -> dict[str, float]:
        return {stage: round(seconds * 1000, 3) for stage, seconds in self.seconds.items()}
