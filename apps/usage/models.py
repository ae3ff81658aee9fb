"""What an account used, one row a day."""

from __future__ import annotations

from typing import Self

from django.db import models

from apps.accounts.models import Account


class DailyUsageQuerySet(models.QuerySet["DailyUsage"]):
    def in_account(self, account: Account) -> Self:
        return self.filter(account=account).order_by("-day")


class DailyUsage(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="daily_usage")
    day = models.DateField()
    uploads = models.PositiveBigIntegerField(default=0)
    uploaded_bytes = models.PositiveBigIntegerField(default=0)
    renders = models.PositiveBigIntegerField(default=0)
    rendered_bytes = models.PositiveBigIntegerField(default=0)
    # What reached the origin; `hits` of these were stored already.
    requests = models.PositiveBigIntegerField(default=0)
    hits = models.PositiveBigIntegerField(default=0)
    sent_bytes = models.PositiveBigIntegerField(default=0)

    objects = DailyUsageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="daily_usage_once")]

    def __str__(self) -> str:
        return f"{self.account} {self.day}"
