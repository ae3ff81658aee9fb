"""Timings: how long the stages of an answer took, in their order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

_UNMEASURED = nullcontext()


class Timings:
    """A stage that comes twice is one, and as long as both together.

    Without `has_stages` none is measured, and only the total is known.
    """

    def __init__(self, *, has_stages: bool = True) -> None:
        self.seconds: dict[str, float] = {}
        self._has_stages = has_stages
        self._started_at = time.perf_counter()

    def measure(self, stage: str) -> AbstractContextManager[None]:
        return self._measure(stage) if self._has_stages else _UNMEASURED

    @contextmanager
    def _measure(self, stage: str) -> Iterator[None]:
        started_at = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - started_at
            self.seconds[stage] = self.seconds.get(stage, 0.0) + spent

    @property
    def total_seconds(self) -> float:
        """Since these timings were begun, what is no stage too."""
        return time.perf_counter() - self._started_at

    @property
    def header(self) -> str:
        """As `Server-Timing` has it: `lookup;dur=0.912, decide;dur=0.044`."""
        return ", ".join(f"{stage};dur={spent:.3f}" for stage, spent in self.milliseconds.items())

    @property
    def milliseconds(self) -> dict[str, float]:
        return {stage: round(seconds * 1000, 3) for stage, seconds in self.seconds.items()}
