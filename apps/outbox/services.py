"""Adding jobs and running them. The database is the record; whoever runs a job claims it there first.

    pending ──claim──▶ running ──▶ done
       ▲                 │  │
       └──── back-off ───┘  ├──▶ dead        after the last attempt: logged, kept, run by nobody
                            └──▶ superseded  another job does the rest: an equal one added meanwhile, or the
                                             one its handler returned

A claim is a short transaction of its own and the handler runs outside it. It is a lease: `next_at` says when
the job is due again should its worker be silent. `attempts` tells a worker that lost its lease from the
one that has it now.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from apps.accounts.models import Account
from apps.outbox.errors import RetryLater
from apps.outbox.metrics import RUN_SECONDS, RUNS
from apps.outbox.models import Job, JobQuerySet, JobState
from apps.outbox.nudge import nudger
from apps.outbox.registry import find_kind

logger = logging.getLogger(__name__)

MAX_BACK_OFF_SECONDS = 900
KEEP_DONE_SECONDS = 7 * 86_400
_ERROR_CHARACTERS = 2000

# DO UPDATE and not DO NOTHING: it locks the equal job until the caller commits. Else a worker could run it
# now, before the change that this call is about can be seen, and nobody would run it after.
_ADD = """
INSERT INTO outbox_job (account_id, kind, key, payload, state, attempts, next_at, last_error, created_at)
VALUES (%(account)s, %(kind)s, %(key)s, %(payload)s, 'pending', 0, %(next_at)s, '', %(now)s)
ON CONFLICT (kind, key) WHERE state = 'pending'
DO UPDATE SET next_at = least(outbox_job.next_at, excluded.next_at)
RETURNING *
"""


def add_job(
    *,
    kind: str,
    key: str,
    payload: Mapping[str, Any] | None = None,
    account: Account | None = None,
    delay_seconds: float = 0,
    is_nudged: bool = True,
) -> Job:
    """Record work, in the caller's transaction, to be done after its commit and `delay_seconds`.

    `key` names the object of the work, in all accounts: one that is pending under the same kind and key is
    returned instead of a second, so equal keys must mean equal payloads. `is_nudged=False` is for callers
    that run the job themselves.
    """
    now = timezone.now()
    values = {
        "account": account.pk if account else None,
        "kind": kind,
        "key": key,
        "payload": Jsonb(dict(payload or {})),
        "next_at": now + timedelta(seconds=delay_seconds),
        "now": now,
    }
    job: Job = Job.objects.raw(_ADD, values)[0]
    if is_nudged and delay_seconds <= 0:
        transaction.on_commit(partial(nudger.nudge, job.pk), robust=True)
    return job


def run_job(job_pk: int) -> JobState | None:
    """Run one job if it is due and free, and return the state its work is in now.

    Of a superseded job that is its successor's state. None is a job that is gone, taken back or forgotten:
    nothing can be said of its work. Call it outside transactions: others must see the claim while the
    handler runs. Safe to call at any time, as often as one likes.
    """
    job = _claim(job_pk)
    if job is not None:
        return _handle(job)
    known = Job.objects.filter(pk=job_pk).first()
    return None if known is None else JobState(known.heir.state)


def run_due_jobs(*, limit: int = 100) -> int:
    """Run what is due, one after the other; returns how many this call ran, at most `limit`."""
    count = 0
    for job_pk in _list_due(limit):
        job = _claim(job_pk)
        if job is not None:
            _handle(job)
            count += 1
    return count


def nudge_due_jobs(*, limit: int = 1000) -> int:
    """Tell workers about jobs whose nudge was lost, whose time came or whose worker died."""
    return sum(nudger.nudge(job_pk) for job_pk in _list_due(limit))


def forget_done_jobs(*, limit: int = 10_000) -> int:
    """Delete jobs done or superseded a week ago, at most `limit`; the dead are kept for people to look at."""
    before = timezone.now() - timedelta(seconds=KEEP_DONE_SECONDS)
    over = Job.objects.filter(state__in=[JobState.DONE, JobState.SUPERSEDED], finished_at__lt=before)
    old = over.values_list("pk", flat=True)
    deleted, _ = Job.objects.filter(pk__in=list(old[:limit])).delete()
    return deleted


def _list_due(limit: int) -> list[int]:
    return list(Job.objects.due().order_by("next_at").values_list("pk", flat=True)[:limit])


def _claim(job_pk: int) -> Job | None:
    """Take a job for the time of its lease, or return None when it is not due or somebody else is faster."""
    # Durable: inside another transaction nobody would see the claim, and the job's change not be there yet.
    with transaction.atomic(durable=True):
        free = Job.objects.due().select_for_update(skip_locked=True)
        job = free.filter(pk=job_pk).first()
        if job is None:
            return None
        kind = find_kind(job.kind)
        if job.attempts >= kind.max_attempts:
            # No failure was ever recorded for the last one: it took its worker with it, each time.
            _bury(job, "its worker died at the last attempt")
            return None
        job.state = JobState.RUNNING
        job.attempts += 1
        job.next_at = timezone.now() + timedelta(seconds=kind.lease_seconds)
        job.save(update_fields=["state", "attempts", "next_at"])
    return job


def _handle(job: Job) -> JobState:
    with RUN_SECONDS.labels(job.kind).time():
        state = _attempt(job)
    RUNS.labels(job.kind, state.value).inc()
    return state


def _attempt(job: Job) -> JobState:
    try:
        successor = find_kind(job.kind).handler(job)
    except RetryLater as later:
        return _put_off(job, later, seconds=later.seconds)
    except Exception as error:
        logger.warning(
            "Job %s (%s %s) failed at attempt %s", job.pk, job.kind, job.key, job.attempts, exc_info=True
        )
        return _put_off(job, error, seconds=_back_off_seconds(job.attempts))
    if successor is not None:
        _close(job, state=JobState.SUPERSEDED, successor=successor)
        return JobState(successor.heir.state)
    return _close(job, state=JobState.DONE)


def _put_off(job: Job, error: Exception, *, seconds: float) -> JobState:
    """Have the job tried again, or bury it after its last attempt."""
    text = _describe(error)
    if job.attempts >= find_kind(job.kind).max_attempts:
        return _bury(job, text)
    next_at = timezone.now() + timedelta(seconds=seconds)
    while True:
        try:
            with transaction.atomic():
                _mine(job).update(state=JobState.PENDING, next_at=next_at, last_error=text)
            return JobState.PENDING
        except IntegrityError:
            # An equal job was added while this one ran. If it was claimed since, this one can wait after all.
            if _hand_over(job, text):
                return JobState.PENDING


def _hand_over(job: Job, text: str) -> bool:
    """Let the equal job that is pending do the work of both; False when none is any more.

    The row stays, for those who follow it by its id.
    """
    equal = Job.objects.filter(kind=job.kind, key=job.key, state=JobState.PENDING)
    with transaction.atomic():
        successor = equal.select_for_update().first()
        if successor is None:
            return False
        fields = {"successor": successor, "finished_at": timezone.now(), "last_error": text}
        _mine(job).update(state=JobState.SUPERSEDED, **fields)
    return True


def _bury(job: Job, reason: str) -> JobState:
    logger.error("Job %s (%s %s) is dead: %s", job.pk, job.kind, job.key, reason)
    return _close(job, state=JobState.DEAD, last_error=reason)


def _close(job: Job, *, state: JobState, **fields: str | Job) -> JobState:
    _mine(job).update(state=state, finished_at=timezone.now(), **fields)
    return state


def _mine(job: Job) -> JobQuerySet:
    """The job's row, unless its lease lapsed and somebody else has claimed it since."""
    return Job.objects.filter(pk=job.pk, attempts=job.attempts)


def _describe(error: Exception) -> str:
    """Return what is kept of an error: its message may hold what a user sent, and Postgres no NUL."""
    text = f"{type(error).__name__}: {error}".replace("\0", "")
    return text.encode("utf-8", "backslashreplace").decode("utf-8")[:_ERROR_CHARACTERS]


def _back_off_seconds(attempts: int) -> float:
    """Twice as long each time, with jitter so that jobs that failed together do not return together."""
    longest = min(2.0**attempts, MAX_BACK_OFF_SECONDS)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # spreads load, guards no secret
