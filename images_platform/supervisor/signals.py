"""Signals as something to wait for: a readable end that tells which have arrived."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# Ctrl-C, `kill`, and a terminal that was closed.
STOP_SIGNALS = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


@contextmanager
def waiting_for_signals() -> Iterator[socket.socket]:
    """Turn stop signals and ended children into bytes on a socket, until the block is left."""
    ours, theirs = socket.socketpair()
    previous = {}
    try:
        ours.setblocking(False)
        theirs.setblocking(False)
        previous_descriptor = signal.set_wakeup_fd(theirs.fileno())
        for number in STOP_SIGNALS | {signal.SIGCHLD}:
            previous[number] = signal.signal(number, _note)
        try:
            yield ours
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(previous_descriptor)
    finally:
        ours.close()
        theirs.close()


def is_stop_asked(source: socket.socket) -> bool:
    """Take what has arrived, and say whether somebody wants an end."""
    with suppress(BlockingIOError):
        return bool(STOP_SIGNALS & set(source.recv(4096)))
    return False


def _note(number: int, frame: object) -> None:
    """Be a handler, so that Python writes the signal's number to the socket."""
