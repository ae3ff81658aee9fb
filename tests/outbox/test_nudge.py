"""The nudge: sent after the commit, and never in a request's way when the broker is not well."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.db import transaction
from redis import Redis

from apps.outbox import services
from apps.outbox.models import Job
from apps.outbox.nudge import RUN_JOB, Nudger
from apps.outbox.services import add_job, nudge_due_jobs
from apps.outbox.tasks import run_job_task

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def queue() -> Iterator[Callable[[], list[int]]]:
    """Return a function that takes all messages off the real queue: the keys of the jobs they tell of."""

    def take() -> list[int]:
        told: list[int] = []
        with current_app.connection_for_write() as connection, connection.SimpleQueue("celery") as queue:
            while True:
                try:
                    message = queue.get(block=False)
                except queue.Empty:
                    return told
                message.ack()
                assert message.headers["task"] == RUN_JOB == run_job_task.name
                told.append(json.loads(message.body)[0][0])

    take()
    yield take
    take()


@pytest.fixture
def use_broker() -> Iterator[Callable[[str], None]]:
    """Return a function that has Celery speak to another broker."""
    before = current_app.conf.broker_url
    yield lambda url: setattr(current_app.conf, "broker_url", url)
    current_app.conf.broker_url = before


def test_it_works(queue: Callable[[], list[int]]) -> None:
    with transaction.atomic():
        job = add_job(kind="test.a", key="7")
        assert queue() == []
    assert queue() == [job.pk]


def test_no_nudge_without_need(queue: Callable[[], list[int]]) -> None:
    add_job(kind="test.a", key="later", delay_seconds=60)
    add_job(kind="test.a", key="mine", is_nudged=False)
    with transaction.atomic():
        add_job(kind="test.a", key="rolled back")
        transaction.set_rollback(True)
    assert queue() == []


def test_the_sweeper_nudges_what_is_due(queue: Callable[[], list[int]]) -> None:
    due = add_job(kind="test.a", key="lost", is_nudged=False)
    add_job(kind="test.a", key="later", delay_seconds=60)
    assert nudge_due_jobs() == 1
    assert queue() == [due.pk]


def test_a_dead_broker_costs_nothing(use_broker: Callable[[str], None], tmp_path: Path) -> None:
    use_broker(f"redis+socket://{tmp_path}/nobody.sock?virtual_host=1")
    began = time.monotonic()
    with transaction.atomic():
        add_job(kind="test.a", key="7")
    assert time.monotonic() - began < 2
    assert Job.objects.due().count() == 1


def test_a_frozen_broker_costs_a_second_once(
    use_broker: Callable[[str], None],
    queue: Callable[[], list[int]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It accepts and never answers, as a stopped process does (threat test F4)."""
    before = current_app.conf.broker_url
    path = tmp_path / "frozen.sock"
    with socket.socket(socket.AF_UNIX) as frozen:
        frozen.bind(str(path))
        frozen.listen()
        use_broker(f"redis+socket://{path}?virtual_host=1")
        began = time.monotonic()
        jobs = [add_job(kind="test.a", key=str(number)).pk for number in range(20)]
        assert time.monotonic() - began < 3
    use_broker(before)
    monkeypatch.setattr(services, "nudger", Nudger())
    assert nudge_due_jobs() == 20
    assert sorted(queue()) == jobs


def test_a_broker_that_restarted_is_spoken_to_again(
    queue: Callable[[], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection kept from before is dead; at worst the sweeper has one job to find."""
    add_job(kind="test.a", key="before")
    Redis.from_url(settings.REDIS_URL).client_kill_filter(skipme=True, _type="normal")
    lost = add_job(kind="test.a", key="lost")
    monkeypatch.setattr(services, "nudger", Nudger())
    assert nudge_due_jobs() == 2
    assert lost.pk in queue()
