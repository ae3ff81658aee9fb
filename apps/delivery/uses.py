"""Uses: which renditions were asked for, noted in memory and written in batches, each once an hour."""

from __future__ import annotations

import time
from collections.abc import Callable

from apps.images.services import note_uses
from apps.images.services.budget import USE_SECONDS

# More than that at a time are passed over: all this decides is who is evicted first.
MAX_NOTED = 20_000


class Uses:
    """A batch of the Flusher's: `note` is the event loop's, `flush` a thread's."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._noted: set[str] = set()
        self._written: set[str] = set()  # since then
        self._since = clock()

    def note(self, storage_key: str) -> None:
        """Note that a stored rendition was asked for."""
        if storage_key not in self._written and len(self._noted) < MAX_NOTED:
            self._noted.add(storage_key)

    def flush(self) -> None:
        """Write what was noted; it is noted still where the database does not take it."""
        if self._clock() - self._since >= USE_SECONDS or len(self._written) > MAX_NOTED:
            self._written, self._since = set(), self._clock()
        noted, self._noted = self._noted, set()
        if not noted:
            return
        try:
            note_uses(storage_keys=noted)
        except Exception:
            self._noted |= noted
            raise
        self._written |= noted
