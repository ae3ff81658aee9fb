"""Flights: one makes, all get it; nobody who leaves takes the flight along."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import pytest

from apps.delivery.flights import Failures, Flights
from apps.delivery.refusals import QueueFull, WaitedTooLong


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def flights(clock: Clock | None = None, limit: int = 10) -> Flights[str, int]:
    failures: Failures[str] = Failures(seconds=3, clock=clock or Clock())
    return Flights(limit=limit, failures=failures, is_lasting=lambda error: isinstance(error, ValueError))


def maker(calls: list[int], wait: Awaitable[object] | None = None) -> Callable[[], object]:
    async def make() -> int:
        calls.append(1)
        await (wait or asyncio.sleep(0.01))
        return len(calls)

    return make


def test_it_works() -> None:
    async def story() -> None:
        calls: list[int] = []
        air = flights()
        joined = (air.join("key", maker(calls), owner=1, wait_seconds=5) for _ in range(50))
        assert await asyncio.gather(*joined) == [1] * 50
        assert len(calls) == 1
        assert (
            await air.join("key", maker(calls), owner=1, wait_seconds=5) == 2
        )  # landed: the next one flies anew

    asyncio.run(story())


def test_other_keys_fly_by_themselves() -> None:
    async def story() -> None:
        calls: list[int] = []
        air = flights()
        await asyncio.gather(*(air.join(key, maker(calls), owner=1, wait_seconds=5) for key in "abc"))
        assert len(calls) == 3

    asyncio.run(story())


def test_a_waiter_who_leaves_does_not_end_the_flight() -> None:
    async def story() -> None:
        calls: list[int] = []
        air = flights()
        first = asyncio.create_task(air.join("key", maker(calls), owner=1, wait_seconds=5))
        second = asyncio.create_task(air.join("key", maker(calls), owner=1, wait_seconds=5))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == 1
        with pytest.raises(asyncio.CancelledError):
            await first

    asyncio.run(story())


def test_who_waits_too_long_is_told_and_the_flight_goes_on() -> None:
    async def story() -> None:
        gate = asyncio.Event()
        calls: list[int] = []
        air = flights()
        with pytest.raises(WaitedTooLong):
            await air.join("key", maker(calls, gate.wait()), owner=1, wait_seconds=0.01)
        gate.set()
        assert await air.join("key", maker(calls), owner=1, wait_seconds=5) == 1

    asyncio.run(story())


def test_nobody_takes_more_seats_than_they_leave_free() -> None:
    async def story() -> None:
        air = flights(limit=8)
        flying = []
        keys = map(str, itertools.count())

        async def board(owner: int) -> int:
            """Return how many flights the owner gets."""
            for count in range(10):
                flight = asyncio.create_task(air.join(next(keys), maker([]), owner=owner, wait_seconds=5))
                await asyncio.sleep(0)
                if flight.done():
                    with pytest.raises(QueueFull):
                        await flight
                    return count
                flying.append(flight)
            raise AssertionError

        assert [await board(owner) for owner in (1, 2, 3, 4)] == [4, 2, 1, 1]
        assert await board(1) == 0
        await asyncio.gather(*flying)
        assert await board(1) == 4  # landed: their seats are free
        await asyncio.gather(*flying)

    asyncio.run(story())


def test_who_joins_a_flight_need_not_be_admitted() -> None:
    async def story() -> None:
        def refuse() -> None:
            raise KeyError

        gate = asyncio.Event()
        air = flights()
        first = asyncio.create_task(air.join("key", maker([], gate.wait()), owner=1, wait_seconds=5))
        await asyncio.sleep(0)
        second = asyncio.create_task(air.join("key", maker([]), owner=1, wait_seconds=5, admit=refuse))
        await asyncio.sleep(0)
        gate.set()
        assert await asyncio.gather(first, second) == [1, 1]
        with pytest.raises(KeyError):
            await air.join("key", maker([]), owner=1, wait_seconds=5, admit=refuse)

    asyncio.run(story())


@pytest.mark.parametrize(("error", "tries"), [(ValueError("lasting"), 2), (KeyError("passing"), 3)])
def test_what_another_try_would_meet_again_is_remembered(error: Exception, tries: int) -> None:
    async def story() -> None:
        calls: list[int] = []
        clock = Clock()
        air = flights(clock)

        async def fail() -> int:
            calls.append(1)
            raise error

        for seconds in (0, 1, 3):
            clock.now += seconds
            with pytest.raises(type(error)):
                await air.join("key", fail, owner=1, wait_seconds=5)
        assert len(calls) == tries

    asyncio.run(story())


def test_memory_of_failures_is_bounded() -> None:
    failures: Failures[int] = Failures(seconds=3, limit=5, clock=Clock())
    for key in range(10):
        failures.remember(key, ValueError())
    assert [key for key in range(10) if failures.recall(key)] == [5, 6, 7, 8, 9]


def test_closing_calls_everyone_back() -> None:
    async def story() -> None:
        air = flights()
        waiting = asyncio.create_task(
            air.join("key", maker([], asyncio.Event().wait()), owner=1, wait_seconds=60)
        )
        await asyncio.sleep(0.01)  # off the ground
        await air.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(story())
