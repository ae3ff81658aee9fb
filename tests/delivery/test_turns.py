"""Turns: so many renders at a time, and nobody's flood before anybody else's picture."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from apps.delivery.refusals import QueueFull
from apps.delivery.turns import Turns

ORCHARD, ELSEWHERE, THIRD = 1, 2, 3


class Hall:
    """Who has a turn, in the order of beginning, and a door for each that ends it."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.begun: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._doors: dict[str, asyncio.Event] = {}

    async def enter(self, account_pk: int, *names: str) -> None:
        for name in names:
            self._doors[name] = asyncio.Event()
            self.tasks[name] = asyncio.create_task(self._stay(account_pk, name))
        await settle()

    async def leave(self, *names: str) -> None:
        for name in names:
            self._doors[name].set()
        await settle()

    async def _stay(self, account_pk: int, name: str) -> None:
        async with self._turns.turn(account_pk):
            self.begun.append(name)
            await self._doors[name].wait()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def run(story: Callable[[Hall], Awaitable[None]], at_once: int = 4, patience_seconds: float = 60) -> None:
    async def live() -> None:
        await story(Hall(Turns(at_once=at_once, patience_seconds=patience_seconds)))

    asyncio.run(live())


def test_it_works() -> None:
    async def story(hall: Hall) -> None:
        await hall.enter(ORCHARD, "a", "b", "c")
        assert hall.begun == ["a", "b"]  # half of four
        await hall.leave("a")
        assert hall.begun == ["a", "b", "c"]
        await hall.leave("b", "c")
        await hall.enter(ORCHARD, "d")
        assert hall.begun[-1] == "d"

    run(story)


def test_accounts_take_turns() -> None:
    async def story(hall: Hall) -> None:
        await hall.enter(ORCHARD, "o1", "o2", "o3", "o4")
        await hall.enter(ELSEWHERE, "e1", "e2", "e3")
        await hall.enter(THIRD, "t1")
        assert hall.begun == ["o1", "o2", "e1", "e2"]
        await hall.leave("o1")
        assert hall.begun[4:] == ["t1"]  # who has none under way, though last to come
        await hall.leave("o2")
        assert hall.begun[5:] == ["o3"]

    run(story)


def test_who_waits_too_long_is_asked_to_come_back() -> None:
    async def story(hall: Hall) -> None:
        await hall.enter(ORCHARD, "a", "b", "c")
        with pytest.raises(QueueFull):
            await hall.tasks["c"]
        await hall.leave("a")
        await hall.enter(ORCHARD, "d")
        assert hall.begun == ["a", "b", "d"]

    run(story, patience_seconds=0.05)


def test_who_leaves_the_line_is_passed_over() -> None:
    async def story(hall: Hall) -> None:
        await hall.enter(ORCHARD, "a", "b", "c", "d")
        hall.tasks["c"].cancel()
        await settle()
        await hall.leave("a")
        assert hall.begun == ["a", "b", "d"]

    run(story)


def test_who_is_called_and_leaves_in_one_moment_passes_the_turn_on() -> None:
    async def story(hall: Hall) -> None:
        await hall.enter(ORCHARD, "a", "b", "c", "d")
        hall._doors["a"].set()
        await asyncio.sleep(0)  # "a" goes, and calls "c", who has not heard it yet
        hall.tasks["c"].cancel()
        await settle()
        assert hall.begun == ["a", "b", "d"]
        await hall.leave("b", "d")
        await hall.enter(ORCHARD, "e", "f")
        assert hall.begun[3:] == ["e", "f"]  # no turn was lost, and none won

    run(story)


def test_room_is_what_begins_at_once() -> None:
    async def story() -> None:
        turns = Turns(at_once=4, patience_seconds=1)
        assert turns.has_room(ORCHARD)
        async with turns.turn(ORCHARD), turns.turn(ORCHARD):
            assert not turns.has_room(ORCHARD)
            assert turns.has_room(ELSEWHERE)
            async with turns.turn(ELSEWHERE), turns.turn(THIRD):
                assert not turns.has_room(ELSEWHERE)
        assert turns.has_room(ORCHARD)

    asyncio.run(story())
