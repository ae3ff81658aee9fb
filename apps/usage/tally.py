"""Tally: what is served, counted in memory, so that no answer waits for a row.

What a process counted since the last flush is lost if it is killed; that is seconds. Told to end, it flushes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import NamedTuple

from apps.usage.services import Served, count_served

_DAY_SECONDS = 86_400


class _Place(NamedTuple):
    """An account, and a day of UTC as days since 1970."""

    account_pk: int
    day: int


class Tally:
    """Counted in one thread and flushed in another."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: dict[_Place, Served] = {}

    def count(self, account_pk: int, *, is_hit: bool, size_bytes: int) -> None:
        """Count one picture; `size_bytes` is what is sent of it, nothing when the client has it already."""
        place = _Place(account_pk, int(self._clock()) // _DAY_SECONDS)
        with self._lock:
            self._add(place, Served(1, int(is_hit), size_bytes))

    def flush(self) -> None:
        """Write what was counted by one statement; keeps it when that fails, and raises why."""
        with self._lock:
            taken, self._counts = self._counts, {}
        if not taken:
            return
        try:
            count_served(counts={(pk, _as_date(day)): served for (pk, day), served in taken.items()})
        except BaseException:
            with self._lock:
                for place, served in taken.items():
                    self._add(place, served)
            raise

    def _add(self, place: _Place, served: Served) -> None:
        known = self._counts.get(place)
        self._counts[place] = served if known is None else known + served


def _as_date(day: int) -> date:
    return datetime.fromtimestamp(day * _DAY_SECONDS, UTC).date()
