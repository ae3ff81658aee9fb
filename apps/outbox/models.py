"""A job: work that must happen, recorded in the transaction that makes it necessary."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import Account


class JobState(models.TextChoices):
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"
    SUPERSEDED = "superseded"


class JobQuerySet(models.QuerySet["Job"]):
    def in_account(self, account: Account) -> Self:
        return self.filter(account=account)

    def due(self) -> Self:
        """Pending jobs whose time has come, and running ones whose worker let the lease lapse."""
        return self.filter(state__in=[JobState.PENDING, JobState.RUNNING], next_at__lte=timezone.now())


class Job(models.Model):
    """`key` names the object of the work: two equal pending jobs are one.

    While a job runs, `next_at` is the end of its lease: a dead worker's job is due again then. `successor` is
    the equal job that took over the work of one that failed.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="jobs")
    kind = models.CharField(max_length=50)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    successor = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="+")

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(state=JobState.PENDING), name="job_pending_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=[JobState.PENDING, JobState.RUNNING]),
                name="job_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} ({self.state})"

    @property
    def heir(self) -> Job:
        """The job that has this one's work now: itself, or the last of its successors."""
        job = self
        while job.successor is not None:
            job = job.successor
        return job
