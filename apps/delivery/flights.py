"""Flights: many ask for the same thing at once, and it is made once.

A flight belongs to nobody who waits for it: a client that goes away leaves it flying. How many fly at a
time is bounded, and a flight that failed is remembered for seconds, so that a picture which cannot be made
is not tried again by every request. No owner has more of them than are left free: one who asks for
everything at once leaves room for all others.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from apps.delivery.metrics import FLIGHTS_JOINED
from apps.delivery.refusals import QueueFull, WaitedTooLong

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")


class Failures(Generic[Key]):
    """The errors of the last seconds by key; at most `limit` of them, the oldest are forgotten first."""

    def __init__(
        self, *, seconds: float, limit: int = 1000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._limit = limit
        self._clock = clock
        self._failures: dict[Key, tuple[float, BaseException]] = {}

    def remember(self, key: Key, error: BaseException) -> None:
        self._failures.pop(key, None)
        while len(self._failures) >= self._limit:
            del self._failures[next(iter(self._failures))]
        self._failures[key] = (self._clock() + self._seconds, error)

    def recall(self, key: Key) -> BaseException | None:
        """Return the error a key failed with, while it is fresh."""
        until, error = self._failures.get(key, (0.0, None))
        if error is not None and self._clock() >= until:
            del self._failures[key]
            return None
        return error


def admit_all() -> None:
    """Refuse nobody."""


class Flights(Generic[Key, Result]):
    """Lives in one event loop. `is_lasting` says which errors another try would meet again."""

    def __init__(
        self, *, limit: int, failures: Failures[Key], is_lasting: Callable[[BaseException], bool]
    ) -> None:
        self._limit = limit
        self._failures = failures
        self._is_lasting = is_lasting
        self._flights: dict[Key, asyncio.Task[Result]] = {}
        self._owned: Counter[int] = Counter()

    async def join(
        self,
        key: Key,
        make: Callable[[], Coroutine[Any, Any, Result]],
        *,
        owner: int,
        wait_seconds: float,
        admit: Callable[[], None] = admit_all,
    ) -> Result:
        """Return what the flight of this key makes, starting it with `make` when there is none.

        `owner` is whose it is; `admit` may refuse to start one, by raising. Raises QueueFull, WaitedTooLong
        (the flight goes on), or what `make` raised.
        """
        flight = self._flights.get(key)
        if flight is None:
            self._check(key, owner)
            admit()
            flight = self._start(key, make, owner)
        else:
            FLIGHTS_JOINED.inc()
        # Unlike wait_for, this neither cancels the flight at the deadline nor when the waiter is cancelled.
        await asyncio.wait({flight}, timeout=wait_seconds)
        if not flight.done():
            raise WaitedTooLong
        if (error := flight.exception()) is not None:
            raise error.with_traceback(None)  # one error, many raisers: its traceback would only grow
        return flight.result()

    def _check(self, key: Key, owner: int) -> None:
        if (error := self._failures.recall(key)) is not None:
            raise error.with_traceback(None)
        if self._owned[owner] >= self._limit - len(self._flights):
            raise QueueFull

    def _start(
        self, key: Key, make: Callable[[], Coroutine[Any, Any, Result]], owner: int
    ) -> asyncio.Task[Result]:
        flight = asyncio.create_task(make())
        self._flights[key] = flight
        self._owned[owner] += 1
        flight.add_done_callback(lambda landed: self._land(key, landed, owner))
        return flight

    def _land(self, key: Key, flight: asyncio.Task[Result], owner: int) -> None:
        del self._flights[key]
        self._owned[owner] -= 1
        if not self._owned[owner]:
            del self._owned[owner]
        if not flight.cancelled() and (error := flight.exception()) and self._is_lasting(error):
            self._failures.remember(key, error)

    async def close(self) -> None:
        """Call back all that fly."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
