"""The registry of job kinds: rooms above register a handler for each of theirs in `AppConfig.ready`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from apps.outbox.errors import UnknownJobKind
from apps.outbox.models import Job

# Returns the job that goes on with its work, should there be one: the handler has added it.
Handler = Callable[[Job], Job | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """`lease_seconds` is how long a worker may be silent before its job is given to another."""

    handler: Handler
    max_attempts: int
    lease_seconds: int


DEFAULT_MAX_ATTEMPTS = 8
DEFAULT_LEASE_SECONDS = 60
_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    handler: Handler,
    *,
    max_attempts: int = DEFAULT_MAX_ATTEMPTS,
    lease_seconds: int = DEFAULT_LEASE_SECONDS,
) -> None:
    """Name the function that does jobs of this kind.

    It must be safe to call twice, even at the same time, and end within its lease: a worker can die after
    the work and before it could say so.
    """
    known = _kinds.get(kind)
    if known is not None and known.handler is not handler:
        raise ValueError(f"two handlers for jobs of kind {kind!r}")
    _kinds[kind] = Kind(handler, max_attempts, lease_seconds)


def find_kind(kind: str) -> Kind:
    """Return what is registered under a kind; one that is not fails when its handler is called.

    Then an older worker beside newer code treats a job it does not know as a failed attempt.
    """
    return _kinds.get(kind) or Kind(_refuse, DEFAULT_MAX_ATTEMPTS, DEFAULT_LEASE_SECONDS)


def _refuse(job: Job) -> Job | None:
    raise UnknownJobKind(job.kind)
