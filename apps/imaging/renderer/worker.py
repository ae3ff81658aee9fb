"""One renderer worker: a locked, single-threaded process that answers one connection at a time."""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from apps.imaging import cage
from apps.imaging.cage import libc
from apps.imaging.errors import TooLargeToProcess
from apps.imaging.renderer import lease
from apps.imaging.renderer.answering import Answer, answer
from apps.imaging.renderer.lanes import Lane
from apps.imaging.renderer.lease import Notice
from apps.imaging.renderer.wire.faults import write_fault
from apps.imaging.renderer.wire.frames import GREETING, Frame, FrameDecoder, WireError, encode_head
from apps.imaging.renderer.wire.requests import MAX_SOURCES

# A client that sends or takes its bytes slower than this is dropped: it must not pin a worker.
_RECEIVE_SECONDS = 5.0
_SEND_SECONDS = 10.0
_KEPT_STREAMS = 3


@dataclass(slots=True)
class Worker:
    """The accept loop; `control` is the line to the parent, whose end means "finish and leave"."""

    listening: socket.socket
    control: socket.socket
    limits: cage.ResourceLimits
    lane: Lane
    parent: int
    locks: cage.Locks = field(init=False)

    def run(self) -> None:
        """Lock this process, then answer connections until the parent or a spent budget ends it."""
        self.locks = cage.lock(self.limits)
        if os.getppid() != self.parent:  # it died before the lock had tied our end to its own
            return
        lease.tell(self.control, Notice.FREE)
        while self.limits.renew_cpu():
            connection = self._accept()
            if connection is None:
                return
            with connection:
                self._serve(connection)
            lease.tell(self.control, Notice.FREE)

    def _accept(self) -> socket.socket | None:
        poll = select.poll()
        poll.register(self.listening, select.POLLIN)
        poll.register(self.control, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _event in poll.poll()}
            if self.control.fileno() in ready:
                return None
            # Another worker was faster, or the client has left.
            with suppress(BlockingIOError, ConnectionAbortedError):
                return self.listening.accept()[0]

    def _serve(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        with suppress(OSError):  # gone already; receiving will tell
            connection.send(GREETING)
        lease.tell(self.control, Notice.ACCEPTED, connection)
        try:
            frame, descriptors = receive(connection, seconds=_RECEIVE_SECONDS)
        except MemoryError:
            self._send(connection, Answer(write_fault(self.lane.reconsider(TooLargeToProcess()))))
            return
        except (OSError, EOFError, WireError):
            return
        try:
            if not is_abandoned(connection):
                self._send(connection, answer(frame, descriptors, locks=self.locks, lane=self.lane))
        finally:
            _close(descriptors)

    def _send(self, connection: socket.socket, answered: Answer) -> None:
        lease.tell(self.control, Notice.ANSWERING)
        connection.settimeout(_SEND_SECONDS)
        with suppress(OSError):  # the client left or reads too slowly: its loss
            connection.sendall(encode_head(answered.header, body_length=len(answered.body)))
            connection.sendall(answered.body)


def receive(connection: socket.socket, *, seconds: float) -> tuple[Frame, list[int]]:
    """Return one request's frame and the descriptors that came with it.

    Raises TimeoutError after `seconds` in all, EOFError when the client leaves, WireError for garbage.
    """
    deadline = time.monotonic() + seconds
    decoder = FrameDecoder()
    descriptors: list[int] = []
    read: Callable[[memoryview], int] = partial(_read_first, connection, descriptors)
    try:
        while space := decoder.space():
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
            count = read(space)
            if count == 0:
                raise EOFError("the client left in the middle of its request")
            decoder.advance(count)
            read = connection.recv_into
        return decoder.frame(), descriptors
    except BaseException:
        _close(descriptors)
        raise


def _read_first(connection: socket.socket, descriptors: list[int], space: memoryview) -> int:
    """Read the beginning of a request, with its descriptors; the kernel closes any that come later.

    One too many is taken, so that it is seen.
    """
    data, passed, _flags, _address = socket.recv_fds(connection, len(space), MAX_SOURCES + 1)
    descriptors.extend(passed)
    space[: len(data)] = data
    return len(data)


def _close(descriptors: Iterable[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def is_abandoned(connection: socket.socket) -> bool:
    """Say whether the client has hung up, so that nobody waits for this picture any more."""
    poll = select.poll()
    poll.register(connection, 0)
    return any(event & select.POLLHUP for _descriptor, event in poll.poll(0))


def become_worker(
    listening: socket.socket,
    control: socket.socket,
    limits: cage.ResourceLimits,
    *,
    lane: Lane,
    parent: int,
) -> int:
    """Turn a child just forked by process `parent` into a worker and work; return the exit status."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    _close_all_but(listening.fileno(), control.fileno())
    if libc.is_linux():
        _volunteer_for_the_oom_killer()
    try:
        Worker(listening=listening, control=control, limits=limits, lane=lane, parent=parent).run()
    except BrokenPipeError:  # the parent is gone
        return 1
    except Exception:  # noqa: BLE001 - the last frame of this process: tell, then end
        with suppress(OSError, ImportError):
            traceback.print_exc(file=sys.stderr)
        return 1
    return 0


def _close_all_but(*kept: int) -> None:
    # A fork inherits the parent's duplicates of other clients' connections.
    lowest = _KEPT_STREAMS
    for descriptor in sorted(kept):
        os.closerange(lowest, descriptor)
        lowest = descriptor + 1
    os.closerange(lowest, os.sysconf("SC_OPEN_MAX"))


def _volunteer_for_the_oom_killer() -> None:
    # When memory runs out, a picture is worth less than the database.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
