"""A place in the account's quota, reserved before an upload costs anything.

The place is taken at once, and a job is put in the outbox that gives it back after some minutes. The
transaction that writes the image's row takes that job away; a process killed in between leaves a place
that comes back by itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from apps.accounts.models import Account
from apps.accounts.services import give_back_image_quota, take_image_quota
from apps.outbox.models import Job
from apps.outbox.services import add_job

RELEASE_QUOTA = "images.release_quota"
LEASE_SECONDS = 300


@contextmanager
def reserved_quota(account: Account) -> Iterator[Job]:
    """Reserve a place, and yield its lease for `consume_quota`; an error gives it back.

    Raises QuotaExceeded.
    """
    with transaction.atomic():
        take_image_quota(account=account)
        lease = add_job(
            kind=RELEASE_QUOTA, key=uuid.uuid4().hex, account=account, delay_seconds=LEASE_SECONDS
        )
    try:
        yield lease
    except BaseException:
        release_quota(lease)
        raise


def consume_quota(lease: Job, account: Account) -> None:
    """Keep the place: call this in the transaction that writes the row.

    A lease that has lapsed is worth nothing: the place is taken anew, or QuotaExceeded raised.
    """
    if not Job.objects.filter(pk=lease.pk).delete()[0]:
        take_image_quota(account=account)


def release_quota(lease: Job) -> None:
    """Give a place back, exactly once however often this is called: who deletes the job gives it back."""
    with transaction.atomic():
        if Job.objects.filter(pk=lease.pk).delete()[0] and lease.account is not None:
            give_back_image_quota(account=lease.account)
