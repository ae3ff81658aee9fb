"""The rendition budget: what an account's renditions may take, and which go first when it is more.

    note_uses ◀── delivery, a minute's hits at once      beat ──▶ plan_evictions ──▶ EVICT, a job in slices

Those nobody has asked for the longest are dropped; whoever asks again has them made anew: the same bytes,
unless they were rendered ahead (`SMALL`), since those come back as a waiting viewer gets them (`QUICK`).
Originals and mezzanines count for nothing here and are never touched. Files leave minutes after their rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from apps.accounts.models import Account
from apps.images.models import Rendition
from apps.images.models.rendition import RenditionQuerySet
from apps.images.services.files import schedule_removal
from apps.images.storage import RENDITIONS
from apps.imaging import mezzanine
from apps.outbox.models import Job
from apps.outbox.services import add_job

EVICT = "images.evict"
SLICE = 1000
# A use is written once in so long, however many there are: a row that is asked for all day changes 24 times.
USE_SECONDS = 3600
# Down to this share of the budget, so that the next upload does not begin it all over again.
_KEPT = 0.9


def note_uses(*, storage_keys: Iterable[str]) -> None:
    """Remember that renditions were asked for, to the hour."""
    now = timezone.now()
    before = now - timedelta(seconds=USE_SECONDS)
    Rendition.objects.filter(storage_key__in=list(storage_keys), used_at__lt=before).update(used_at=now)


def plan_evictions() -> None:
    """Have the renditions of accounts that are over their budget evicted."""
    is_counted = ~Q(images__renditions__fingerprint=mezzanine.FINGERPRINT)
    used = Sum("images__renditions__size_bytes", filter=is_counted)
    for account in Account.objects.annotate(used=used).filter(used__gt=F("max_rendition_bytes")):
        add_job(kind=EVICT, key=str(account.pk), account=account)


def evict_slice(job: Job) -> None:
    """Drop the least used renditions of an account until it is well within its budget; plan what is left."""
    account = job.account
    if account is None:
        return
    counted = Rendition.objects.in_account(account).evictable()
    excess = (counted.aggregate(used=Sum("size_bytes"))["used"] or 0) - _KEPT * account.max_rendition_bytes
    with transaction.atomic():
        chosen = []
        for rendition in _lock(counted.least_used(), SLICE):
            if excess <= 0:
                break
            chosen.append(rendition)
            excess -= rendition.size_bytes
        _drop(chosen, account)
        if chosen and excess > 0:
            add_job(kind=EVICT, key=str(account.pk), account=account)


def drop_renditions(*, account: Account | None = None, limit: int = SLICE) -> int:
    """Drop renditions, mezzanines too, of an account or of all; returns how many, at most `limit`."""
    kept = Rendition.objects.all() if account is None else Rendition.objects.in_account(account)
    with transaction.atomic():
        chosen = _lock(kept.order_by("pk"), limit)
        _drop(chosen, account)
    return len(chosen)


def _lock(renditions: RenditionQuerySet, limit: int) -> list[Rendition]:
    return list(renditions.select_for_update(skip_locked=True, of=("self",))[:limit])


def _drop(chosen: list[Rendition], account: Account | None) -> None:
    for rendition in chosen:
        schedule_removal(store=RENDITIONS, key=rendition.storage_key, account=account)
    Rendition.objects.filter(pk__in=[rendition.pk for rendition in chosen]).delete()
