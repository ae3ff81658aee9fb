"""Celery's part in this room: regular sweeps; all else is jobs of the outbox."""

from __future__ import annotations

from celery import shared_task

from apps.images.services.budget import plan_evictions
from apps.images.services.deletion import retire_stale_renditions
from apps.images.services.flights import forget_flights
from apps.images.services.remote import retire_useless_sources


@shared_task
def sweep_files_task() -> None:
    retire_stale_renditions()
    forget_flights()
    retire_useless_sources()


@shared_task
def weigh_renditions_task() -> None:
    plan_evictions()
