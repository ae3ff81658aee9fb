"""Supervisor: starts parts in order, keeps them alive, and stops them in reverse; one loop, no threads.

On Linux a child's death signal hangs on the thread that started it, and a fork is safe only where no other
thread may hold a lock.
"""

from __future__ import annotations

import os
import selectors
import socket
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack

from images_platform.supervisor.errors import PartEnded, PartFailed
from images_platform.supervisor.journal import Journal, Speech
from images_platform.supervisor.part import Part
from images_platform.supervisor.process import Process
from images_platform.supervisor.signals import is_stop_asked, waiting_for_signals

_NAME = "up"
_MAX_DEATHS = 3
_DEATHS_WITHIN_SECONDS = 60.0


class StopAsked(Exception):
    """Somebody pressed Ctrl-C, or the like."""


class Supervisor:
    """Runs parts until told to stop. `journal` gets what they say and what becomes of them."""

    def __init__(self, parts: Sequence[Part], journal: Journal) -> None:
        self._parts = parts
        self._journal = journal
        self._selector = selectors.DefaultSelector()
        self._running: dict[str, tuple[Process, Speech]] = {}
        self._deaths: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=_MAX_DEATHS))
        self._is_stop_asked = False

    def run(self, while_ready: AbstractContextManager[object]) -> None:
        """Start every part, watch them until a signal asks for the end, and leave nothing running.

        `while_ready` is entered when everything answers, and left before anything is stopped. Raises
        PartFailed when a part does not start, or dies three times in a minute.
        """
        with ExitStack() as stack:
            stack.enter_context(self._selector)
            self._listen(stack.enter_context(waiting_for_signals()))
            stack.callback(self._stop_all)
            try:
                for part in self._parts:
                    self._bring_up(part)
                with while_ready:
                    while True:
                        self._pause(None)
                        self._replace_dead()
            except StopAsked:
                self._journal.write(_NAME, "stopping")

    def _replace_dead(self) -> None:
        for process, _speech in list(self._running.values()):
            if (exit_code := process.exit_code) is not None:
                self._take_leave(process.part, PartEnded(process.part.name, exit_code))
                self._bring_up(process.part)

    def _bring_up(self, part: Part) -> None:
        """Start a part and wait until it is ready; again, when it ends meanwhile."""
        started_at = time.monotonic()
        while True:
            try:
                self._start(part).wait_until_ready(self._pause)
                break
            except PartEnded as ended:
                self._take_leave(part, ended)
        if part.is_one_shot:
            self._end(part)
        verdict = "is done" if part.is_one_shot else "is ready"
        self._journal.write(_NAME, f"{part.name} {verdict} after {time.monotonic() - started_at:.1f} s")

    def _start(self, part: Part) -> Process:
        reading, writing = os.pipe()
        speech = Speech(part.name, reading, self._journal, self._selector)
        try:
            process = Process(part, writing)
        except BaseException:
            speech.close()
            raise
        finally:
            os.close(writing)
        self._running[part.name] = process, speech
        return process

    def _take_leave(self, part: Part, ended: PartEnded) -> None:
        """Clear away a part that ended by itself. Raises PartFailed when that was once too often."""
        self._end(part)
        if part.is_one_shot:
            raise ended
        self._journal.write(_NAME, f"{ended}; starting it again")
        deaths = self._deaths[part.name]
        deaths.append(time.monotonic())
        if len(deaths) == _MAX_DEATHS and deaths[-1] - deaths[0] < _DEATHS_WITHIN_SECONDS:
            raise PartFailed(
                part.name, f"died {_MAX_DEATHS} times within a minute; the last time it {ended.reason}"
            )

    def _end(self, part: Part) -> None:
        process, speech = self._running[part.name]
        process.stop(self._attend)
        speech.close()
        del self._running[part.name]

    def _stop_all(self) -> None:
        """Stop in reverse order, each whatever becomes of the others."""
        with ExitStack() as stack:
            for part in self._parts:
                if part.name in self._running:
                    stack.callback(self._end, part)
        self._journal.write(_NAME, "stopped")

    def _listen(self, signals: socket.socket) -> None:
        def listen() -> None:
            self._is_stop_asked |= is_stop_asked(signals)

        self._selector.register(signals, selectors.EVENT_READ, listen)

    def _attend(self, seconds: float | None) -> None:
        """Attend to what parts say and signals want, for at most so many seconds."""
        for key, _events in self._selector.select(seconds):
            key.data()

    def _pause(self, seconds: float | None) -> None:
        """Attend, unless somebody wants an end: raises StopAsked."""
        self._attend(seconds)
        if self._is_stop_asked:
            raise StopAsked
