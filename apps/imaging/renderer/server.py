"""The render server's parent: imports everything, binds the lanes' sockets, keeps workers, renders nothing.

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
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from apps.imaging import cage
from apps.imaging.faces.detector import DETECTOR
from apps.imaging.renderer.abilities import note_abilities
from apps.imaging.renderer.lanes import heavy_socket
from apps.imaging.renderer.listener import Listener, ListenerError, open_listener
from apps.imaging.renderer.pool import Pool, PoolError, PoolSettings
from apps.imaging.renderer.wire.frames import Frame, decode_header
from apps.imaging.renderer.wire.replies import read_report, write_report

logger = logging.getLogger(__name__)

_STOP_SECONDS = 5.0
_REPORT_BYTES = 16 * 1024
# On a machine they share, what is sent goes before what is made.
_NICENESS = 10
# Connections that wait, per worker: as many pictures as a client has patience for, not a queue without end.
_CHEAP_BACKLOG = 16
_HEAVY_BACKLOG = 4


class ServeError(RuntimeError):
    """The server does not start; the message says why."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where to listen, how to keep each lane's pool (no `heavy`: one lane), if the cage must be whole."""

    socket_path: Path
    must_be_caged: bool = True
    cheap: PoolSettings = field(default_factory=PoolSettings)
    heavy: PoolSettings | None = None


class Server:
    """One event loop over the workers' lines, of all lanes, and this process' signals."""

    def __init__(self, lanes: Sequence[tuple[Listener, PoolSettings]]) -> None:
        self._selector = selectors.DefaultSelector()
        self._is_stopping = False
        self._pools = [
            Pool(listener.socket, settings, watch=self._watch, unwatch=self._unwatch)
            for listener, settings in lanes
        ]

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises PoolError when workers cannot live here."""
        with ExitStack() as stack:
            stack.enter_context(self._selector)
            stack.callback(self._stop)
            self._listen_for_signals(stack)
            for pool in self._pools:
                pool.fill()
            while not self._is_stopping:
                for key, _events in self._selector.select(self._seconds_to_next_deadline()):
                    key.data()
                for pool in self._pools:
                    pool.kill_overdue()

    def _seconds_to_next_deadline(self) -> float | None:
        found = [pool.seconds_to_next_deadline() for pool in self._pools]
        return min((seconds for seconds in found if seconds is not None), default=None)

    def _stop(self) -> None:
        give_up_at = time.monotonic() + _STOP_SECONDS
        for pool in self._pools:
            pool.retire()
        for pool in self._pools:
            pool.stop(give_up_at=give_up_at)

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
        for pool in self._pools:
            pool.reap()


def serve(settings: ServerSettings) -> None:
    """Run the server until it is told to stop.

    Raises ServeError when the socket cannot be bound, the cage has holes that nobody allowed, or workers do
    not start.
    """
    os.nice(_NICENESS)
    # What the parent has built is never collected again, so that workers keep sharing its pages.
    gc.collect()
    gc.freeze()
    report = probe_in_child(settings.cheap.limits)
    logger.info("%s", report.summarize())
    if not report.is_in_force:
        _judge_holes(report, must_be_caged=settings.must_be_caged)
    try:
        with ExitStack() as stack:
            lanes = [
                (stack.enter_context(closing(open_listener(path, backlog=pool.workers * backlog))), pool)
                for path, pool, backlog in _list_lanes(settings)
            ]
            note_abilities(settings.socket_path, finds_faces=DETECTOR is not None)
            for listener, pool in lanes:
                logger.info("%d workers at %s", pool.workers, listener.path)
            Server(lanes).run()
    except (ListenerError, PoolError) as error:
        raise ServeError(str(error)) from error


def _list_lanes(settings: ServerSettings) -> Iterator[tuple[Path, PoolSettings, int]]:
    """Yield each lane's socket, pool and backlog per worker; first the one the other sends clients to."""
    if settings.heavy is not None:
        yield heavy_socket(settings.socket_path), settings.heavy, _HEAVY_BACKLOG
    yield settings.socket_path, settings.cheap, _CHEAP_BACKLOG


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
