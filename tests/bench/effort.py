"""Effort: how long a benchmark looks. The full one takes about twenty minutes on two processors."""

from __future__ import annotations

from dataclasses import dataclass


class Unmeasurable(RuntimeError):
    """It cannot be measured here; the message says why."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Rounds of a race and calls in each, questions over the hop, renders of the memory test."""

    name: str
    rounds: int
    calls: int
    hops: int
    mixed_renders: int


FULL = Effort("full", rounds=15, calls=2, hops=1_000, mixed_renders=3_000)
QUICK = Effort("quick", rounds=3, calls=1, hops=150, mixed_renders=300)
