"""Purging: recorded with the change that makes it necessary, done right after the commit.

The change bumps a version, so that nothing old can be reached at the origin; the job makes the caches
downstream forget it too. What the first attempt does not settle, the outbox repeats.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from typing import Literal

from django.conf import settings
from django.db import DatabaseError

from apps.accounts.models import Account
from apps.cdn.backends import BACKENDS, PurgeBackend, PurgeRequest
from apps.cdn.keys import account_key
from apps.outbox.models import Job, JobState
from apps.outbox.services import add_job, run_job

PURGE = "cdn.purge"
PURGE_AGAIN = "cdn.purge_again"
# A CDN that is down for a night must still learn what to forget: about a day at the longest back-off.
MAX_ATTEMPTS = 100
_CALLER_SECONDS, _WORKER_SECONDS = 0.9, 10.0
PurgeState = Literal["done", "pending"]

logger = logging.getLogger(__name__)


def request_purge(*, account: Account, keys: Iterable[str], urls: Iterable[str] = (), reason: str) -> Job:
    """Record a purge in the caller's transaction, which then calls `finish_purge` after its commit.

    The worker is not nudged: it would race the caller for the job. Should the caller die, the sweeper
    finds it.
    """
    keys, urls = sorted(set(keys)), sorted(set(urls))
    name = hashlib.sha256("\n".join([*keys, "", *urls]).encode()).hexdigest()
    return add_job(
        kind=PURGE,
        key=name,
        payload={"keys": keys, "urls": urls, "reason": reason},
        account=account,
        is_nudged=False,
    )


def finish_purge(job: Job) -> PurgeState:
    """Purge now, after the commit, and say whether the caches are known to have forgotten.

    A foreign CDN is not before its second purge: until then that is pending, too.
    """
    try:
        return "done" if run_job(job.pk) == JobState.DONE else "pending"
    except DatabaseError:
        # The change is committed and so is the job: the caller must not be told that it failed.
        logger.exception("Purge job %s could not be run now", job.pk)
        return "pending"


def purge(job: Job) -> Job | None:
    """Do one purge job; return the one that purges again once no old fill can be under way any more."""
    backend = _purge(job)
    if not backend.settle_seconds:
        return None
    # A key of its own: a change that comes later must not be taken for settled by this one's second purge.
    return add_job(
        kind=PURGE_AGAIN,
        key=str(job.pk),
        payload=job.payload,
        account=job.account,
        delay_seconds=backend.settle_seconds,
    )


def purge_again(job: Job) -> None:
    """Take away what fills under way at the first purge have put in."""
    _purge(job)


def _purge(job: Job) -> PurgeBackend:
    backend = BACKENDS[settings.PURGE_BACKEND]()
    account = "" if job.account_id is None else account_key(job.account_id)
    # Somebody may wait for the first attempt; nobody waits for those after it.
    seconds = _CALLER_SECONDS if job.attempts <= 1 and job.kind == PURGE else _WORKER_SECONDS
    keys, urls = tuple(job.payload["keys"]), tuple(job.payload["urls"])
    backend.purge(PurgeRequest(keys, urls, account, seconds))
    return backend
