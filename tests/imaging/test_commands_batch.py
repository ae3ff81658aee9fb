"""A batch goes on when a process dies."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from apps.imaging.commands.batch import Outcome, sum_up, work_through
from apps.imaging.commands.endings import Ending


@dataclass(frozen=True)
class Number:
    number: int
    is_deadly: bool = False

    @property
    def name(self) -> str:
        return str(self.number)


def work(task: Number) -> Outcome:
    if task.is_deadly:
        os._exit(1)
    if task.number == 0:
        time.sleep(0.3)  # so that it is under way when another process dies
    return Outcome(task.name, bytes_before=os.getpid())


def test_it_works() -> None:
    outcomes = list(work_through([Number(number) for number in range(6)], work, jobs=2))
    assert sorted(outcome.name for outcome in outcomes) == list("012345")
    assert os.getpid() not in {outcome.bytes_before for outcome in outcomes}
    assert sum_up(outcomes) is Ending.DONE


def test_only_the_deadly_fail() -> None:
    tasks = [Number(number, is_deadly=number in (1, 4)) for number in range(6)]
    outcomes = list(work_through(tasks, work, jobs=2))
    assert sorted(outcome.name for outcome in outcomes) == list("012345")
    assert {outcome.name for outcome in outcomes if outcome.complaint} == {"1", "4"}
    assert sum_up(outcomes) is Ending.SOME_FAILED
