"""Flushing: every few seconds and once more at the end, whatever became of the flush before."""

from __future__ import annotations

import asyncio
import logging

import pytest
from django.db import DatabaseError

from apps.delivery.flushing import Flusher
from apps.delivery.threads import DatabaseThreads


class Counted:
    """A batch whose first flush fails, if with anything."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error
        self.flushes = 0

    def flush(self) -> None:
        self.flushes += 1
        if self._error is not None and self.flushes == 1:
            raise self._error


async def flush_thrice(*batches: Counted) -> None:
    """Let a flusher run until each batch had three turns, then close it."""
    threads = DatabaseThreads(1)
    flusher = Flusher(batches, threads, seconds=0.01)
    flusher.start()
    try:
        async with asyncio.timeout(20):
            while min(batch.flushes for batch in batches) < 3:
                await asyncio.sleep(0.01)
    finally:
        await flusher.close()
        threads.close()


def test_it_works() -> None:
    first, second = Counted(), Counted()
    asyncio.run(flush_thrice(first, second))
    assert min(first.flushes, second.flushes) >= 3


def test_closing_flushes_once_more() -> None:
    async def story(batch: Counted) -> None:
        threads = DatabaseThreads(1)
        flusher = Flusher([batch], threads, seconds=3600)
        flusher.start()
        await flusher.close()
        threads.close()

    batch = Counted()
    asyncio.run(story(batch))
    assert batch.flushes == 1


@pytest.mark.parametrize(
    ("error", "level"),
    [(DatabaseError("away"), logging.WARNING), (ValueError("a fault of ours"), logging.ERROR)],
)
def test_a_flush_that_fails_is_logged_and_not_the_last(
    caplog: pytest.LogCaptureFixture, error: Exception, level: int
) -> None:
    asyncio.run(flush_thrice(Counted(error), Counted()))
    assert [record.levelno for record in caplog.records] == [level]
