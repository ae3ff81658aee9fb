"""Slots: how many fetches a process has under way, and that nobody has all of them.

A fetch may last its whole deadline, and what it leads to decides that: whoever names slow servers would else
keep everybody from fetching.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Lock

from apps.fetching.errors import FetcherBusy


class Slots:
    """`at_once` slots, of which one asker has half at most (of an odd number the larger half)."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._share = (at_once + 1) // 2
        self._held: Counter[Hashable] = Counter()
        self._lock = Lock()

    @contextmanager
    def held_by(self, asker: Hashable) -> Iterator[None]:
        """Hold a slot meanwhile; raises FetcherBusy rather than wait for one."""
        with self._lock:
            if not self._free or self._held[asker] >= self._share:
                raise FetcherBusy
            self._free -= 1
            self._held[asker] += 1
        try:
            yield
        finally:
            with self._lock:
                self._free += 1
                self._held[asker] -= 1
                if not self._held[asker]:
                    del self._held[asker]
