"""The render server's parent: imports everything, binds the socket, keeps workers, renders nothing.

Importing this module imports all that a worker will ever need (tests/renderer/test_imports.py): after the
lock nothing can be read from disk any more.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import selectors
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from apps.imaging import cage
from apps.imaging.renderer.listener import Listener, ListenerError, open_listener
from apps.imaging.renderer.pool import Pool, PoolError, PoolSettings
from apps.imaging.renderer.wire.frames import Frame, decode_header
from apps.imaging.renderer.wire.replies import read_report, write_report

logger = logging.getLogger(__name__)

_STOP_SECONDS = 5.0
_REPORT_BYTES = 16 * 1024
# Waiting connections a worker: as many pictures as two deadlines' worth of patience, not a queue without end.
_BACKLOG_PER_WORKER = 16


class ServeError(RuntimeError):
    """The server does not start; the message says why."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where to listen, how to keep the pool, and whether to insist on a whole cage."""

    socket_path: Path
    must_be_caged: bool = True
    pool: PoolSettings = field(default_factory=PoolSettings)


class Server:
    """One event loop over the workers' lines and this process' signals."""

    def __init__(self, listener: Listener, settings: ServerSettings) -> None:
        self._selector = selectors.DefaultSelector()
        self._is_stopping = False
        self._pool = Pool(listener.socket, settings.pool, watch=self._watch, unwatch=self._unwatch)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises PoolError when workers cannot live here."""
        with ExitStack() as stack:
            stack.enter_context(self._selector)
            stack.callback(self._pool.stop, seconds=_STOP_SECONDS)
            self._listen_for_signals(stack)
            self._pool.fill()
            while not self._is_stopping:
                for key, _events in self._selector.select(self._pool.seconds_to_next_deadline()):
                    key.data()
                self._pool.kill_overdue()

    def _watch(self, source: socket.socket, callback: Callable[[], None]) -> None:
        self._selector.register(source, selectors.EVENT_READ, callback)

    def _unwatch(self, source: socket.socket) -> None:
        self._selector.unregister(source)

    def _listen_for_signals(self, stack: ExitStack) -> None:
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            stack.callback(end.close)
            end.setblocking(False)
        stack.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(theirs.fileno()))
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, _do_nothing)  # the number arrives through the wake-up descriptor
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a closed terminal is no reason to stop
        self._watch(ours, lambda: self._take_signals(ours))

    def _take_signals(self, source: socket.socket) -> None:
        with suppress(BlockingIOError):
            numbers = source.recv(4096)
            self._is_stopping = self._is_stopping or bool({signal.SIGTERM, signal.SIGINT} & set(numbers))
        self._pool.reap()


def serve(settings: ServerSettings) -> None:
    """Run the server until it is told to stop.

    Raises ServeError when the socket cannot be bound, the cage has holes that nobody allowed, or workers do
    not start.
    """
    # What the parent has built is never collected again, so that workers keep sharing its pages.
    gc.collect()
    gc.freeze()
    report = probe_in_child(settings.pool.limits)
    logger.info("%s", report.summarize())
    if not report.is_in_force:
        _judge_holes(report, must_be_caged=settings.must_be_caged)
    try:
        backlog = settings.pool.workers * _BACKLOG_PER_WORKER
        listener = open_listener(settings.socket_path, backlog=backlog)
    except ListenerError as error:
        raise ServeError(str(error)) from error
    try:
        logger.info("%d workers at %s", settings.pool.workers, settings.socket_path)
        Server(listener, settings).run()
    except PoolError as error:
        raise ServeError(str(error)) from error
    finally:
        listener.close()


def _judge_holes(report: cage.CageReport, *, must_be_caged: bool) -> None:
    holes = ", ".join(report.holes)
    if must_be_caged:
        raise ServeError(
            f"the cage has holes: {holes}. Linux 5.13 or newer, with Landlock and seccomp, holds all; "
            "--allow-open-cage starts all the same, for pictures you trust"
        )
    logger.warning("the cage has holes (%s): take no pictures from strangers", holes)


def probe_in_child(limits: cage.ResourceLimits) -> cage.CageReport:
    """Lock a child the way a worker is locked, let it try everything, and return what it found."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _probe_into(writing, limits)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        text = pipe.read(_REPORT_BYTES)
    os.waitpid(child, 0)
    header = decode_header(text or b'{"error": "the child ended without a word"}')
    if "error" in header:
        raise ServeError(f"a worker cannot be locked: {header['error']}")
    return read_report(Frame(header, b""))


def _probe_into(pipe: int, limits: cage.ResourceLimits) -> NoReturn:
    try:
        text = json.dumps(write_report(cage.probe(cage.lock(limits))))
    except Exception as error:  # noqa: BLE001 - told to the parent, which refuses to start
        text = json.dumps({"error": str(error)})
    try:
        os.write(pipe, text.encode())
    finally:
        os._exit(0)  # whatever happens: this child must never go on as a second server


def _do_nothing(number: int, frame: object) -> None:
    """Be a handler, so that Python writes the signal's number to the wake-up descriptor."""
