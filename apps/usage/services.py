"""Counting what an account uses, one row a day; called in the transaction of what is counted."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from apps.accounts.models import Account
from apps.usage.models import DailyUsage


def count_upload(*, account: Account, size_bytes: int) -> None:
    """Count one original of `size_bytes`."""
    _count(account, uploads=1, uploaded_bytes=size_bytes)


def count_render(*, account: Account, size_bytes: int) -> None:
    """Count one rendition of `size_bytes`."""
    _count(account, renders=1, rendered_bytes=size_bytes)


def _count(account: Account, **counts: int) -> None:
    today = timezone.now().date()
    row = DailyUsage.objects.filter(account=account, day=today)
    increments = {name: F(name) + count for name, count in counts.items()}
    if not row.update(**increments):
        # The day's first: of two at once, the constraint lets one insert and both count.
        DailyUsage.objects.bulk_create([DailyUsage(account=account, day=today)], ignore_conflicts=True)
        row.update(**increments)
