"""Celery's part in the outbox: what a nudge starts, and the regular sweeps behind it."""

from __future__ import annotations

from celery import shared_task

from apps.outbox.services import forget_done_jobs, nudge_due_jobs, run_job


@shared_task
def run_job_task(job_pk: int) -> None:
    run_job(job_pk)


@shared_task
def sweep_task() -> None:
    nudge_due_jobs()


@shared_task
def forget_task() -> None:
    forget_done_jobs()
