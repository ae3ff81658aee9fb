"""Batch: many pictures worked on at once, in processes of their own or by threads that ask a renderer."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from apps.imaging.commands.endings import Ending, complain
from apps.imaging.commands.progress import Progress


class Task(Protocol):
    """What is done to one picture."""

    @property
    def name(self) -> str:
        """What messages call the picture."""


Work = TypeVar("Work", bound=Task)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one picture: a line for people, or a complaint; bytes before and after."""

    name: str
    line: str = ""
    complaint: str = ""
    ending: Ending = Ending.DONE
    bytes_before: int = 0
    bytes_after: int = 0


def report(outcomes: Iterable[Outcome], progress: Progress, *, is_quiet: bool) -> list[Outcome]:
    """Print each outcome as it comes and return them all; stops early once no renderer is there."""
    seen: list[Outcome] = []
    for outcome in outcomes:
        seen.append(outcome)
        progress.clear()
        if outcome.complaint:
            complain(outcome.name, outcome.complaint)
        elif outcome.line and not is_quiet:
            print(outcome.line, flush=True)
        progress.show(len(seen), outcome.name)
        if outcome.ending is Ending.NO_RENDERER:
            break
    progress.clear()
    return seen


def sum_up(outcomes: Iterable[Outcome]) -> Ending:
    """Return the worst ending."""
    return max((outcome.ending for outcome in outcomes), default=Ending.DONE)


def work_through(
    tasks: Sequence[Work], work: Callable[[Work], Outcome], *, jobs: int, is_asking: bool = False
) -> Iterator[Outcome]:
    """Yield outcomes as they come.

    `work` catches what can go wrong with a picture; it and the tasks are pickled unless it only asks a
    renderer. A process that dies costs no picture but the one it died of.
    """
    if len(tasks) <= 1:
        yield from map(work, tasks)
    elif is_asking:
        with _cancelling(ThreadPoolExecutor(jobs)) as pool:
            for future in as_completed([pool.submit(work, task) for task in tasks]):
                yield future.result()
    else:
        yield from _work_in_processes(list(tasks), work, jobs)


def _work_in_processes(waiting: list[Work], work: Callable[[Work], Outcome], jobs: int) -> Iterator[Outcome]:
    # Spawned: libvips has threads by now, which a fork would leave behind holding their locks.
    context = multiprocessing.get_context("spawn")
    while waiting:
        done = set()
        pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_leave_interrupts_to_the_parent)
        with _cancelling(pool):
            futures = {pool.submit(work, task): number for number, task in enumerate(waiting)}
            for future in as_completed(futures):
                try:
                    outcome = future.result()
                except BrokenProcessPool:
                    continue
                done.add(futures[future])
                yield outcome
        waiting = [task for number, task in enumerate(waiting) if number not in done]
        if waiting and jobs == 1:  # works in order, so this one it was
            name = waiting.pop(0).name
            yield Outcome(name, complaint="The process that worked on it died", ending=Ending.SOME_FAILED)
        jobs = 1


@contextmanager
def _cancelling(pool: Executor) -> Iterator[Executor]:
    """Let what runs come to its end, and begin nothing more, when the caller leaves early."""
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
