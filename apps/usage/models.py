"""What an account used, one row a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import IntegerField, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.accounts.models import Account


class DailyUsageQuerySet(models.QuerySet["DailyUsage"]):
    def in_account(self, account: Account) -> Self:
        return self.filter(account=account).order_by("-day")

    def sum_up(self, *, days: int) -> dict[str, int]:
        """Return what was served in the last days, today among them, by field."""
        recent = self.filter(day__gt=timezone.now().date() - timedelta(days=days))
        names = ("requests", "hits", "sent_bytes", "edge_hits", "edge_bytes")
        return recent.aggregate(
            **{name: Coalesce(Sum(name), 0, output_field=IntegerField()) for name in names}
        )


class DailyUsage(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="daily_usage")
    day = models.DateField()
    uploads = models.PositiveBigIntegerField(default=0)
    uploaded_bytes = models.PositiveBigIntegerField(default=0)
    renders = models.PositiveBigIntegerField(default=0)
    rendered_bytes = models.PositiveBigIntegerField(default=0)
    # What reached the origin; `hits` of these were stored already.
    requests = models.PositiveBigIntegerField(default=0, db_default=0)
    hits = models.PositiveBigIntegerField(default=0, db_default=0)
    sent_bytes = models.PositiveBigIntegerField(default=0, db_default=0)
    # What the edge answered out of its store, where its log is read.
    edge_hits = models.PositiveBigIntegerField(default=0, db_default=0)
    edge_bytes = models.PositiveBigIntegerField(default=0, db_default=0)

    objects = DailyUsageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="daily_usage_once")]

    def __str__(self) -> str:
        return f"{self.account} {self.day}"


class EdgeLog(models.Model):
    """A file of the edge's log, known by the SHA-256 of its first line, and read up to `position`."""

    name = models.CharField(max_length=64, unique=True)
    position = models.PositiveBigIntegerField(default=0)
    read_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.name[:8]} to {self.position}"
