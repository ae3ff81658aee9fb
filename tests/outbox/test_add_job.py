"""Adding a job: part of the caller's transaction, and one with an equal job that is pending."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Account
from apps.outbox.models import Job, JobState
from apps.outbox.services import add_job, run_job
from tests.outbox.conftest import MakeKind
from tests.together import run_together

pytestmark = pytest.mark.django_db


def test_it_works(orchard: Account) -> None:
    job = add_job(kind="test.a", key="7", payload={"pear": [1, "ü"]}, account=orchard)
    kept = Job.objects.get(pk=job.pk)
    assert (kept.kind, kept.key, kept.payload, kept.account) == ("test.a", "7", {"pear": [1, "ü"]}, orchard)
    assert (kept.state, kept.attempts, kept.finished_at) == (JobState.PENDING, 0, None)
    assert kept in Job.objects.due()
    assert job.payload == kept.payload


def test_a_delayed_job_is_not_due() -> None:
    job = add_job(kind="test.a", key="7", delay_seconds=60)
    assert job not in Job.objects.due()
    assert timedelta(seconds=50) < job.next_at - timezone.now() <= timedelta(seconds=60)


def test_an_equal_pending_job_is_one() -> None:
    first = add_job(kind="test.a", key="7")
    assert add_job(kind="test.a", key="7").pk == first.pk
    assert add_job(kind="test.a", key="8").pk != first.pk
    assert add_job(kind="test.b", key="7").pk != first.pk
    assert Job.objects.count() == 3


def test_the_earlier_time_wins() -> None:
    late = add_job(kind="test.a", key="7", delay_seconds=3600)
    soon = add_job(kind="test.a", key="7", delay_seconds=10)
    later = add_job(kind="test.a", key="7", delay_seconds=600)
    assert late.next_at > soon.next_at == later.next_at


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.DONE, JobState.DEAD])
def test_a_job_that_began_is_not_joined(state: JobState) -> None:
    """It may have read the rows before this change."""
    first = add_job(kind="test.a", key="7")
    Job.objects.update(state=state)
    assert add_job(kind="test.a", key="7").pk != first.pk


def test_a_change_rolled_back_leaves_no_job() -> None:
    with transaction.atomic():
        add_job(kind="test.a", key="7")
        transaction.set_rollback(True)
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_add_one() -> None:
    added = run_together(*[lambda: add_job(kind="test.a", key="7").pk] * 16)
    assert added == [Job.objects.get().pk] * 16


@pytest.mark.django_db(transaction=True)
def test_a_joined_job_waits_for_the_change_that_joined_it(make_kind: MakeKind) -> None:
    """Else it would run before the change can be seen, and nobody would run it after."""
    kind = make_kind(lambda job: None)
    job = add_job(kind=kind, key="7")
    tried = threading.Event()
    joined = threading.Event()

    def change() -> None:
        with transaction.atomic():
            assert add_job(kind=kind, key="7").pk == job.pk
            joined.set()
            assert tried.wait(30)

    def work() -> JobState:
        assert joined.wait(30)
        state = run_job(job.pk)
        tried.set()
        return state

    assert run_together(change, work) == [None, JobState.PENDING]
    assert run_job(job.pk) == JobState.DONE
