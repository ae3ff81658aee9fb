"""A purge is recorded with the change, done after its commit, and repeated until it is done."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.models import Account
from apps.cdn.backends import PurgeRequest
from apps.cdn.services import PURGE, finish_purge, request_purge
from apps.outbox.models import Job, JobState
from apps.outbox.services import run_due_jobs, run_job
from tests.caches import MemoryCache
from tests.together import run_together

pytestmark = pytest.mark.django_db


def test_it_works(orchard: Account, cache: MemoryCache) -> None:
    job = request_purge(account=orchard, keys=["i-2", "i-1", "i-2"], urls=["https://x/y"], reason="pears")
    assert cache.forgotten == [], "not before the commit"
    assert finish_purge(job) == "done"
    assert cache.forgotten == [
        PurgeRequest(keys=("i-1", "i-2"), urls=("https://x/y",), account=f"a-{orchard.pk}")
    ]
    job.refresh_from_db()
    assert (job.kind, job.account, job.state) == (PURGE, orchard, JobState.DONE)
    assert job.payload["reason"] == "pears"


def test_without_a_cache_every_purge_is_done(orchard: Account) -> None:
    assert finish_purge(request_purge(account=orchard, keys=["i-1"], reason="pears")) == "done"


def test_equal_purges_are_one(orchard: Account) -> None:
    first = request_purge(account=orchard, keys=["i-1", "v-2"], reason="a")
    assert request_purge(account=orchard, keys=["v-2", "i-1"], reason="b").pk == first.pk
    assert request_purge(account=orchard, keys=["i-1"], urls=["v-2"], reason="a").pk != first.pk


def test_a_cache_that_is_down_is_told_later(orchard: Account, cache: MemoryCache) -> None:
    cache.is_down = True
    job = request_purge(account=orchard, keys=["i-1"], reason="pears")
    assert finish_purge(job) == "pending"
    assert finish_purge(job) == "pending", "it is not due yet"
    cache.is_down = False
    Job.objects.update(next_at=timezone.now())
    assert run_due_jobs() == 1
    assert [request.keys for request in cache.forgotten] == [("i-1",)]


def test_a_purge_outlives_a_night_of_failures(orchard: Account, cache: MemoryCache) -> None:
    cache.is_down = True
    job = request_purge(account=orchard, keys=["i-1"], reason="pears")
    Job.objects.update(attempts=60)
    assert run_job(job.pk) == JobState.PENDING


@pytest.mark.django_db(transaction=True)
def test_a_purge_before_its_commit_is_a_mistake(orchard: Account, cache: MemoryCache) -> None:
    """The cache would fill again with what the open transaction is about to change."""
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        finish_purge(request_purge(account=orchard, keys=["i-1"], reason="pears"))
    assert cache.forgotten == []
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_change_that_was_made_is_not_called_failed(orchard: Account, cache: MemoryCache) -> None:
    """The database goes away after the commit: the purge is pending, and the answer no error."""
    job = request_purge(account=orchard, keys=["i-1"], reason="pears")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    run_together(lambda: connection.cursor().execute("SELECT pg_terminate_backend(%s, 5000)", [pid]))
    assert finish_purge(job) == "pending"
    connection.close()
    assert finish_purge(job) == "done"
