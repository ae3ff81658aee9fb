"""The pool: the parent's view of its workers, who replaces each as it dies, hangs, ages or grows."""

from __future__ import annotations

import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from apps.imaging.cage import ResourceLimits
from apps.imaging.errors import RendererCrashed, RendererError, RendererTimeout, TooLargeToProcess
from apps.imaging.renderer.lanes import Lane, cheap_lane
from apps.imaging.renderer.lease import Lease, Notice, hear
from apps.imaging.renderer.wire.faults import write_fault
from apps.imaging.renderer.worker import become_worker

logger = logging.getLogger(__name__)

# A worker that dies before it is ready dies of its surroundings, and so will the next.
_MAX_FAILED_STARTS = 5
# One worker that never stops talking must not keep the parent from the others.
_NOTICES_AT_ONCE = 16
# A worker that hangs up is about to end; one that has hung up and lives has been taken over.
_LAST_BREATH_SECONDS = 1.0
# glib aborts or traps when it cannot allocate (as for a 9,000 px GIF under 400 MB); SIGXCPU is spent time.
_MEMORY_SIGNALS = frozenset({signal.SIGABRT, signal.SIGTRAP, signal.SIGXCPU})


class PoolError(RuntimeError):
    """Workers do not start here."""


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How many workers, and when one is replaced: seconds per picture, pictures, bytes of resident memory.

    limits: what the kernel lets a worker have. lane: what it takes on.
    """

    workers: int = 2
    deadline_seconds: float = 20.0
    max_renders: int = 100
    max_resident_bytes: int = 256 * 1024**2
    limits: ResourceLimits = field(default_factory=ResourceLimits)
    lane: Lane = field(default_factory=lambda: cheap_lane(ResourceLimits().memory_bytes, is_last=True))


@dataclass(slots=True, eq=False)
class Member:
    """One worker as the parent knows it; `overdue_at` is when it will be killed, on the monotonic clock."""

    pid: int
    control: socket.socket
    served: int = 0
    is_ready: bool = False
    is_retiring: bool = False
    overdue_at: float | None = None
    lease: Lease | None = None
    was_killed: bool = False


class Pool:
    """Keeps the asked number of workers alive; never touches a picture itself.

    `watch(control, callback)` and `unwatch(control)` are the event loop's.
    """

    def __init__(
        self,
        listening: socket.socket,
        settings: PoolSettings,
        *,
        watch: Callable[[socket.socket, Callable[[], None]], None],
        unwatch: Callable[[socket.socket], None],
    ) -> None:
        self._listening = listening
        self._settings = settings
        self._watch = watch
        self._unwatch = unwatch
        self._members: dict[int, Member] = {}
        self._failed_starts = 0
        self._is_stopping = False

    def fill(self) -> None:
        """Start workers until the number is right. Raises PoolError when they die before they are ready."""
        if self._is_stopping:
            return
        if self._failed_starts >= _MAX_FAILED_STARTS:
            raise PoolError(f"{_MAX_FAILED_STARTS} workers in a row died before they were ready")
        while self._count_active() < self._settings.workers:
            self._start_worker()

    def reap(self) -> None:
        """Bury the workers that have ended, answer for them, and replace them at once."""
        for member in list(self._members.values()):
            pid, status = os.waitpid(member.pid, os.WNOHANG)
            if pid:
                self._bury(member, os.waitstatus_to_exitcode(status))
        self.fill()

    def kill_overdue(self) -> None:
        """Kill each worker past its deadline."""
        now = time.monotonic()
        for member in self._members.values():
            if member.overdue_at is not None and member.overdue_at <= now and not member.was_killed:
                logger.warning("worker %d is past its deadline, killed", member.pid)
                member.was_killed = True
                os.kill(member.pid, signal.SIGKILL)

    def seconds_to_next_deadline(self) -> float | None:
        """Return how long nothing can become overdue; None when nothing is running."""
        deadlines = [
            m.overdue_at for m in self._members.values() if m.overdue_at is not None and not m.was_killed
        ]
        return max(min(deadlines) - time.monotonic(), 0.0) if deadlines else None

    def retire(self) -> None:
        """Take on nothing more."""
        self._is_stopping = True
        for member in self._members.values():
            self._retire(member)

    def stop(self, *, give_up_at: float) -> None:
        """Let retiring workers finish what they are at until a time on the monotonic clock; kill the rest."""
        while self._members and time.monotonic() < give_up_at:
            self.reap()
            time.sleep(0.02)
        for member in self._members.values():
            os.kill(member.pid, signal.SIGKILL)
        while self._members:
            self.reap()
            time.sleep(0.005)

    def _count_active(self) -> int:
        return sum(not member.is_retiring for member in self._members.values())

    def _start_worker(self) -> None:
        ours, theirs = socket.socketpair()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                limits, lane = self._settings.limits, self._settings.lane
                os._exit(become_worker(self._listening, theirs, limits, lane=lane, parent=parent))
            finally:
                os._exit(1)  # whatever happened: this child must never go on as a second parent
        theirs.close()
        ours.setblocking(False)
        member = Member(pid=pid, control=ours, overdue_at=time.monotonic() + self._settings.deadline_seconds)
        self._members[pid] = member
        self._watch(ours, lambda: self._hear(member))

    def _hear(self, member: Member) -> None:
        with suppress(BlockingIOError):
            for _ in range(_NOTICES_AT_ONCE):
                notice, connection = hear(member.control)
                if notice is None:
                    self._hang_up(member)
                    member.overdue_at = time.monotonic() + _LAST_BREATH_SECONDS
                    return
                self._note(member, notice, connection)

    def _note(self, member: Member, notice: Notice, connection: socket.socket | None) -> None:
        if member.lease is not None and notice is not Notice.ANSWERING:
            member.lease.close()
            member.lease = None
        if notice is Notice.ACCEPTED:
            member.lease = Lease(connection)
            # Only an idle worker gets a new deadline: one taken over could otherwise renew its own for ever.
            if member.overdue_at is None:
                member.overdue_at = member.lease.started_at + self._settings.deadline_seconds
        elif notice is Notice.ANSWERING and member.lease is not None:
            member.lease.close()
        elif notice is Notice.FREE:
            self._note_free(member)

    def _note_free(self, member: Member) -> None:
        member.served += member.is_ready
        member.is_ready = True
        self._failed_starts = 0
        if member.is_retiring:
            return
        member.overdue_at = None
        if member.served >= self._settings.max_renders or self._is_too_large(member):
            self._retire(member)
            self.fill()

    def _is_too_large(self, member: Member) -> bool:
        return read_resident_bytes(member.pid) > self._settings.max_resident_bytes

    def _retire(self, member: Member) -> None:
        """Ask a worker to leave after its present picture; its own deadline sees to it."""
        member.is_retiring = True
        if member.overdue_at is None:
            member.overdue_at = time.monotonic() + self._settings.deadline_seconds
        with suppress(OSError):
            member.control.shutdown(socket.SHUT_WR)

    def _hang_up(self, member: Member) -> None:
        if member.control.fileno() >= 0:
            self._unwatch(member.control)
            member.control.close()

    def _bury(self, member: Member, exit_code: int) -> None:
        if member.control.fileno() >= 0:
            self._hear(member)  # what it said last
        self._hang_up(member)
        del self._members[member.pid]
        if not member.is_ready:
            self._failed_starts += 1
        if exit_code != 0 and not (member.was_killed or self._is_stopping):
            logger.warning("worker %d ended with %s", member.pid, describe_exit(exit_code))
        if member.lease is not None:
            cause = find_cause(exit_code, was_killed=member.was_killed)
            member.lease.answer(write_fault(self._settings.lane.reconsider(cause)))


def find_cause(exit_code: int, *, was_killed: bool) -> RendererError | TooLargeToProcess:
    """Return what a worker's end means to its client; `exit_code` is negative for a signal."""
    if was_killed:
        return RendererTimeout()
    if -exit_code in _MEMORY_SIGNALS:
        return TooLargeToProcess()
    return RendererCrashed()


def describe_exit(exit_code: int) -> str:
    """Return an exit code in words."""
    return f"status {exit_code}" if exit_code >= 0 else signal.Signals(-exit_code).name


def read_resident_bytes(pid: int) -> int:
    """Return a process' resident memory; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0
