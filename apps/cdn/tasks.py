"""Celery's part in this room: leases of the edge's nodes are renewed all the time."""

from __future__ import annotations

from celery import shared_task

from apps.cdn.leases import renew_leases


@shared_task
def renew_leases_task() -> None:
    renew_leases()
