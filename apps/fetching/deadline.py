"""Deadline: the moment by which all must be done, however many steps it takes."""

from __future__ import annotations

import socket
import time

from apps.fetching.errors import DeadlinePassed


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def within(self, seconds: float) -> Deadline:
        """Return a deadline that many seconds from now, or this one if it is sooner."""
        return Deadline(min(seconds, self.left()))

    def left(self) -> float:
        """Return the seconds that are left; raises DeadlinePassed when none are."""
        seconds = self._at - time.monotonic()
        if seconds <= 0:
            raise DeadlinePassed
        return seconds

    def limit(self, connection: socket.socket) -> None:
        """Let the next operation end by the deadline; a socket's timeout starts anew with each."""
        connection.settimeout(self.left())
