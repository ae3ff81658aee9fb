"""Direct creator uploads: a draft with a one-time secret, which a stranger's one upload turns into an image.

    grant_upload ──▶ draft + grant ──▶ lease_grant ──▶ receive_upload ──▶ image     (the grant is gone)
                          │     ▲           │
                          │     └── refused ┘          (MAX_TRIES times)
                          └──▶ expire_grant, a job ──▶ nothing                      (neither draft nor grant)

An upload leases the grant before its body is received, so that others are refused before theirs costs
anything: a secret buys one upload at a time, and MAX_TRIES in all. The lease names its own end, and only who
holds it can use the grant up: an upload that outlived its lease may have lost it to another. Everywhere the
draft's row is locked before the grant's.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, BinaryIO, Unpack

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.actor import Actor
from apps.accounts.models import Account
from apps.accounts.services import record_event
from apps.images.errors import (
    BadGrantExpiry,
    GrantInUse,
    GrantNotFound,
    GrantSpent,
    ImageNotFound,
    ImagesError,
)
from apps.images.models import Image, UploadGrant
from apps.images.models.grant import UploadGrantQuerySet
from apps.images.services.access import lock_image
from apps.images.services.original import examine, keep_original, raise_if_taken
from apps.images.services.quota import LEASE_SECONDS, reserved_quota
from apps.images.services.upload import Told, describe_image, write_new
from apps.images.services.words import clean_filename
from apps.outbox.errors import RetryLater
from apps.outbox.models import Job
from apps.outbox.services import add_job

EXPIRE_GRANT = "images.expire_grant"
MIN_SECONDS, DEFAULT_SECONDS, MAX_SECONDS = 120, 1800, 21_600
# Who asks for the shortest or longest time there is has counted it from a moment ago, on another clock.
_LEEWAY_SECONDS = 10
_SECRET_BYTES = 32
# Enough for whoever picks the wrong file, and little for whoever wants to keep a renderer busy.
MAX_TRIES = 10


@dataclass(frozen=True, slots=True)
class GrantLease:
    """Leave to be the only upload to a grant until a time."""

    grant: UploadGrant
    until: datetime


def grant_upload(
    *,
    account: Account,
    expires_at: datetime | None = None,
    actor: Actor,
    **told: Unpack[Told],
) -> tuple[Image, str]:
    """Make a draft, and return it with the secret of its upload, which nobody can be shown again.

    Raises what `upload_image` does of the words, or BadGrantExpiry.
    """
    image = describe_image(account, **told)
    image.is_draft = True
    expires_at = _check_expiry(expires_at)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    try:
        with transaction.atomic():
            write_new(image)
            UploadGrant.objects.create(image=image, digest=_digest(secret), expires_at=expires_at)
            seconds = (expires_at - timezone.now()).total_seconds()
            payload = {"image": image.pk}
            add_job(
                kind=EXPIRE_GRANT, key=str(image.pk), payload=payload, account=account, delay_seconds=seconds
            )
            record_event(account=account, actor=actor, action="upload.granted", object_id=image.public_id)
    except IntegrityError as error:
        raise_if_taken(error, image)
        raise
    return image, secret


def find_grant(*, account_hash: str, secret: str) -> UploadGrant:
    """Return the grant with its draft and account, or raise GrantNotFound: never was, used or expired."""
    grants = UploadGrant.objects.live(timezone.now()).select_related("image__account")
    grant = grants.filter(digest=_digest(secret), image__account__hash=account_hash).first()
    if grant is None:
        raise GrantNotFound
    return grant


@contextmanager
def lease_grant(*, grant: UploadGrant, receive_seconds: float) -> Iterator[GrantLease]:
    """Have the grant for oneself, and yield the lease for `receive_upload`; an error leaves it free again.

    `receive_seconds` is how long the body may take to come; the lease lasts for its decoding too. Each
    lease is a try. Raises GrantNotFound, GrantInUse, or GrantSpent after MAX_TRIES.
    """
    now = timezone.now()
    until = now + timedelta(seconds=receive_seconds + LEASE_SECONDS)
    mine = UploadGrant.objects.filter(pk=grant.pk)
    free = mine.live(now).free(now).filter(tries__lt=MAX_TRIES)
    if not free.update(leased_until=until, tries=F("tries") + 1):
        raise _find_refusal(mine, now)
    try:
        yield GrantLease(grant, until)
    except BaseException:
        mine.filter(leased_until=until).update(leased_until=None)
        raise


def receive_upload(*, lease: GrantLease, file: BinaryIO, filename: str, actor: Actor) -> Image:
    """Turn the draft into an image; of many who try at once one succeeds, and none after.

    Raises GrantNotFound when the lease was lost meanwhile, or what `upload_image` does of a file.
    """
    image, account = lease.grant.image, lease.grant.image.account
    with reserved_quota(account) as quota:
        original = examine(file, account)
        columns = original.describe(account)
        columns |= {"filename": clean_filename(filename), "uploaded_at": timezone.now(), "is_draft": False}
        for name, value in columns.items():
            setattr(image, name, value)
        write_row = partial(_fill_draft, lease, columns)
        keep_original(original=original, image=image, quota=quota, write_row=write_row, actor=actor)
    return image


def expire_grant(job: Job) -> None:
    """Drop a draft nobody uploaded to; one whose upload is under way gets its time."""
    with transaction.atomic():
        drafts = Image.objects.select_for_update().filter(pk=job.payload["image"], is_draft=True)
        draft = drafts.first()
        if draft is None:
            return
        now = timezone.now()
        if not UploadGrant.objects.filter(image=draft, expires_at__lte=now).free(now).exists():
            raise RetryLater(LEASE_SECONDS, "the grant is in use")
        draft.delete()


def _find_refusal(mine: UploadGrantQuerySet, now: datetime) -> ImagesError:
    """Return why a grant cannot be leased."""
    if not mine.live(now).exists():
        return GrantNotFound()
    if mine.free(now).filter(tries__gte=MAX_TRIES).exists():
        return GrantSpent(MAX_TRIES)
    return GrantInUse()


def _fill_draft(lease: GrantLease, columns: Mapping[str, Any]) -> None:
    """Write what the upload brought and nothing else: an owner may have edited the draft meanwhile."""
    try:
        draft = lock_image(lease.grant.image)
    except ImageNotFound as error:
        raise GrantNotFound from error
    if not UploadGrant.objects.filter(pk=lease.grant.pk, leased_until=lease.until).delete()[0]:
        raise GrantNotFound
    for name, value in columns.items():
        setattr(draft, name, value)
    draft.save(update_fields=columns)
    lease.grant.image.refresh_from_db()


def _check_expiry(expires_at: datetime | None) -> datetime:
    now = timezone.now()
    if expires_at is None:
        return now + timedelta(seconds=DEFAULT_SECONDS)
    seconds = (expires_at - now).total_seconds()
    if not MIN_SECONDS - _LEEWAY_SECONDS <= seconds <= MAX_SECONDS + _LEEWAY_SECONDS:
        raise BadGrantExpiry(MIN_SECONDS, MAX_SECONDS)
    return expires_at


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
