"""Running a job: claimed once, outside of any transaction, tried again, and buried at last."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.outbox import services
from apps.outbox.errors import RetryLater
from apps.outbox.models import Job, JobState
from apps.outbox.services import (
    KEEP_DONE_SECONDS,
    add_job,
    forget_done_jobs,
    run_due_jobs,
    run_job,
)
from tests.outbox.conftest import MakeKind
from tests.together import run_together

pytestmark = pytest.mark.django_db


def fail(job: Job) -> None:
    raise ZeroDivisionError("no \x00\ud800 pears")


def let_time_pass(seconds: float) -> None:
    """Bring every job's time forward."""
    for job in Job.objects.all():
        Job.objects.filter(pk=job.pk).update(next_at=job.next_at - timedelta(seconds=seconds))


def test_it_works(make_kind: MakeKind) -> None:
    seen: list[dict[str, int]] = []
    job = add_job(kind=make_kind(lambda job: seen.append(job.payload)), key="7", payload={"pear": 1})
    assert run_job(job.pk) == JobState.DONE
    assert seen == [{"pear": 1}]
    job.refresh_from_db()
    assert (job.state, job.attempts, job.last_error) == (JobState.DONE, 1, "")
    assert job.finished_at is not None


def test_a_second_delivery_runs_nothing(make_kind: MakeKind) -> None:
    seen: list[Job] = []
    job = add_job(kind=make_kind(seen.append), key="7")
    assert [run_job(job.pk), run_job(job.pk)] == [JobState.DONE, JobState.DONE]
    assert len(seen) == 1


def test_what_is_not_due_is_left(make_kind: MakeKind) -> None:
    job = add_job(kind=make_kind(fail), key="7", delay_seconds=60)
    assert run_job(job.pk) == JobState.PENDING
    assert Job.objects.get().attempts == 0


def test_of_what_is_gone_nothing_is_said() -> None:
    assert run_job(123_456) is None


def test_a_failure_is_logged_and_tried_later(make_kind: MakeKind, caplog: pytest.LogCaptureFixture) -> None:
    job = add_job(kind=make_kind(fail), key="7")
    assert run_job(job.pk) == JobState.PENDING
    job.refresh_from_db()
    assert (job.attempts, job.last_error) == (1, r"ZeroDivisionError: no \ud800 pears")
    assert timedelta(0) < job.next_at - timezone.now() <= timedelta(seconds=2)
    [record] = caplog.records
    assert str(job.pk) in record.getMessage()
    assert record.exc_info


def test_the_back_off_grows_and_ends(make_kind: MakeKind, caplog: pytest.LogCaptureFixture) -> None:
    job = add_job(kind=make_kind(fail, max_attempts=4), key="7")
    waits = []
    for _ in range(3):
        assert run_job(job.pk) == JobState.PENDING
        job.refresh_from_db()
        waits.append((job.next_at - timezone.now()).total_seconds())
        let_time_pass(3600)
    assert all(2**n / 2 - 1 < wait <= 2**n for n, wait in enumerate(waits, start=1))
    assert run_job(job.pk) == JobState.DEAD
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DEAD, 4)
    assert job.finished_at is not None
    assert [record.levelno for record in caplog.records].count(logging.ERROR) == 1, "people are told"
    let_time_pass(3600)
    assert run_due_jobs() == 0


def test_a_handler_may_ask_for_later(make_kind: MakeKind, caplog: pytest.LogCaptureFixture) -> None:
    def not_yet(job: Job) -> None:
        raise RetryLater(120)

    job = add_job(kind=make_kind(not_yet), key="7")
    assert run_job(job.pk) == JobState.PENDING
    job.refresh_from_db()
    assert timedelta(seconds=110) < job.next_at - timezone.now() <= timedelta(seconds=120)
    assert caplog.records == [], "it is no fault"


def test_a_kind_nobody_knows_is_tried_later() -> None:
    """An older worker beside newer code must not lose the newer code's jobs."""
    job = add_job(kind="test.unknown", key="7")
    assert run_job(job.pk) == JobState.PENDING
    assert "test.unknown" in Job.objects.get().last_error


def test_a_dead_worker_s_job_is_due_after_its_lease(make_kind: MakeKind) -> None:
    seen = []

    def die_once(job: Job) -> None:
        seen.append(job.attempts)
        if job.attempts == 1:
            raise SystemExit  # As sudden as a kill: nothing of ours catches it.

    job = add_job(kind=make_kind(die_once, lease_seconds=60), key="7")
    with pytest.raises(SystemExit):
        run_job(job.pk)
    assert run_job(job.pk) == JobState.RUNNING
    let_time_pass(61)
    assert run_due_jobs() == 1
    assert (Job.objects.get().state, seen) == (JobState.DONE, [1, 2])


def test_a_job_that_kills_its_workers_dies_at_last(
    make_kind: MakeKind, caplog: pytest.LogCaptureFixture
) -> None:
    def kill(job: Job) -> None:
        raise SystemExit

    job = add_job(kind=make_kind(kill, max_attempts=2), key="7")
    for _ in range(2):
        with pytest.raises(SystemExit):
            run_job(job.pk)
        let_time_pass(61)
    assert run_job(job.pk) == JobState.DEAD
    assert "died" in Job.objects.get().last_error
    assert "dead" in caplog.text


@pytest.mark.parametrize("outcome", [None, ZeroDivisionError])
def test_a_worker_that_lost_its_lease_changes_nothing(
    make_kind: MakeKind, outcome: type[Exception] | None
) -> None:
    def outlive_the_lease(job: Job) -> None:
        # Meanwhile another worker took the job, and is at it.
        Job.objects.filter(pk=job.pk).update(attempts=job.attempts + 1)
        if outcome:
            raise outcome

    job = add_job(kind=make_kind(outlive_the_lease), key="7")
    run_job(job.pk)
    assert Job.objects.get().state == JobState.RUNNING


def test_a_running_job_and_a_new_equal_one_both_complete(make_kind: MakeKind) -> None:
    seen = []

    def add_the_same(job: Job) -> None:
        seen.append(job.pk)
        if len(seen) == 1:
            add_job(kind=job.kind, key=job.key)

    first = add_job(kind=make_kind(add_the_same), key="7")
    assert run_job(first.pk) == JobState.DONE
    assert run_due_jobs() == 1
    assert len(set(seen)) == 2
    assert list(Job.objects.values_list("state", flat=True)) == [JobState.DONE, JobState.DONE]


def test_a_failed_job_gives_way_to_a_new_equal_one(make_kind: MakeKind) -> None:
    seen = []

    def fail_once(job: Job) -> None:
        seen.append(job.pk)
        if len(seen) == 1:
            add_job(kind=job.kind, key=job.key)
            raise ZeroDivisionError

    first = add_job(kind=make_kind(fail_once), key="7")
    assert run_job(first.pk) == JobState.PENDING
    first.refresh_from_db()
    assert (first.state, first.last_error) == (JobState.SUPERSEDED, "ZeroDivisionError: ")
    assert run_job(first.pk) == JobState.PENDING, "its successor's state"
    assert run_due_jobs() == 1
    assert first.heir.pk == seen[-1] != first.pk
    assert run_job(first.pk) == JobState.DONE
    Job.objects.update(finished_at=timezone.now() - timedelta(seconds=KEEP_DONE_SECONDS + 1))
    assert forget_done_jobs() == 2


def test_a_job_outlives_an_equal_one_that_has_begun(
    make_kind: MakeKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stood in its way when it failed is claimed by the time it looks for its successor."""
    hand_over = services._hand_over

    def begin(job: Job, text: str) -> bool:
        Job.objects.filter(state=JobState.PENDING).update(state=JobState.RUNNING)
        return hand_over(job, text)

    def add_the_same(job: Job) -> None:
        add_job(kind=job.kind, key=job.key)
        raise ZeroDivisionError

    monkeypatch.setattr(services, "_hand_over", begin)
    first = add_job(kind=make_kind(add_the_same), key="7")
    assert run_job(first.pk) == JobState.PENDING
    first.refresh_from_db()
    assert (first.state, first.successor) == (JobState.PENDING, None)


def test_done_jobs_are_forgotten_after_a_week(make_kind: MakeKind) -> None:
    done = add_job(kind=make_kind(lambda job: None), key="7")
    dead = add_job(kind=make_kind(fail, max_attempts=1), key="7")
    assert run_due_jobs() == 2
    assert forget_done_jobs() == 0
    Job.objects.update(finished_at=timezone.now() - timedelta(seconds=KEEP_DONE_SECONDS + 1))
    assert forget_done_jobs() == 1
    assert Job.objects.get() == dead
    assert run_job(done.pk) is None


@pytest.mark.django_db(transaction=True)
def test_the_handler_runs_outside_the_claim(make_kind: MakeKind) -> None:
    def look(job: Job) -> None:
        assert not connection.in_atomic_block
        [state] = run_together(lambda: Job.objects.get(pk=job.pk).state)
        assert state == JobState.RUNNING

    job = add_job(kind=make_kind(look), key="7")
    assert run_job(job.pk) == JobState.DONE


@pytest.mark.django_db(transaction=True)
def test_a_job_is_not_run_inside_a_transaction(make_kind: MakeKind) -> None:
    job = add_job(kind=make_kind(fail), key="7")
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        run_job(job.pk)


@pytest.mark.django_db(transaction=True)
def test_many_workers_run_each_job_once(make_kind: MakeKind) -> None:
    seen: list[int] = []
    kind = make_kind(lambda job: seen.append(job.pk))
    jobs = {add_job(kind=kind, key=str(number)).pk for number in range(30)}
    counts = run_together(*[run_due_jobs] * 8)
    assert sorted(seen) == sorted(jobs)
    assert sum(count for count in counts if isinstance(count, int)) == 30


@pytest.mark.django_db(transaction=True)
def test_a_worker_passes_over_what_another_holds(make_kind: MakeKind) -> None:
    """It neither waits for the lock nor runs the job a second time."""
    started, finished = threading.Event(), threading.Event()

    def slow(job: Job) -> None:
        started.set()
        assert finished.wait(30)

    job = add_job(kind=make_kind(slow), key="7")

    def look() -> JobState:
        assert started.wait(30)
        state = run_job(job.pk)
        finished.set()
        return state

    assert run_together(lambda: run_job(job.pk), look) == [JobState.DONE, JobState.RUNNING]
