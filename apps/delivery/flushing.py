"""Flushing: what was counted in memory, written every few seconds by one task of the event loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from django.db import DatabaseError, InterfaceError

from apps.delivery.threads import DatabaseThreads

logger = logging.getLogger(__name__)

# What a killed process loses at most.
FLUSH_SECONDS = 5.0


class Batch(Protocol):
    """Something counted in memory. `flush` writes it, blocking, and keeps what it could not write."""

    def flush(self) -> None: ...


class Flusher:
    """Lives in the running event loop from `start` to `close`, which flushes once more."""

    def __init__(
        self, batches: Sequence[Batch], threads: DatabaseThreads, *, seconds: float = FLUSH_SECONDS
    ) -> None:
        self._batches = batches
        self._threads = threads
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.flush()

    async def flush(self) -> None:
        """Write every batch; what fails is logged, and the next flush's to mend."""
        for batch in self._batches:
            try:
                await self._threads.run(batch.flush)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("What was counted is kept until the database answers: %s", error)
            except Exception:  # one batch's fault must end neither the task nor the others
                logger.exception("What was counted could not be written, and is kept")

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            await self.flush()
