"""Deleting an image: gone for everyone at once, its files a little later."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from apps.accounts.actor import Actor
from apps.accounts.services import give_back_image_quota, record_event
from apps.cdn.keys import image_key
from apps.cdn.services import PurgeState, finish_purge, request_purge
from apps.images.models import Image, Rendition
from apps.images.services.access import lock_image
from apps.images.services.files import LINGER_SECONDS, schedule_removal
from apps.images.storage import ORIGINALS, RENDITIONS
from apps.outbox.errors import RetryLater
from apps.outbox.models import Job
from apps.outbox.services import add_job

RETIRE_IMAGE = "images.retire"


def delete_image(*, image: Image, actor: Actor) -> PurgeState:
    """Make the image unreachable and free its id; says whether the caches already know.

    Its quota is free at once too, unless the account has days of trash: then when these are over. A draft
    is dropped with its grant. Raises ImageNotFound.
    """
    with transaction.atomic():
        image = lock_image(image)
        if image.is_draft:
            # There is no picture and none was counted; with the row its grant goes.
            record_event(
                account=image.account, actor=actor, action="draft.deleted", object_id=image.public_id
            )
            image.delete()
            return "done"
        trashed_for = timedelta(days=image.account.trash_days)
        image.deleted_at = timezone.now()
        image.trashed_until = image.deleted_at + trashed_for if trashed_for else None
        image.save(update_fields=["deleted_at", "trashed_until"])
        if image.trashed_until is None:
            give_back_image_quota(account=image.account)
        purge = request_purge(account=image.account, keys=[image_key(image.pk)], reason="image deleted")
        add_job(
            kind=RETIRE_IMAGE,
            key=str(image.pk),
            payload={"image": image.pk},
            account=image.account,
            delay_seconds=max(LINGER_SECONDS, trashed_for.total_seconds()),
        )
        record_event(account=image.account, actor=actor, action="image.deleted", object_id=image.public_id)
    return finish_purge(purge)


def retire_image(job: Job) -> None:
    """Drop a deleted image's rows and have its files removed; from the trash, once its days are over.

    An image may have been restored and deleted anew since this job was claimed.
    """
    with transaction.atomic():
        images = Image.objects.deleted().select_for_update(of=("self",)).select_related("account")
        image = images.filter(pk=job.payload["image"]).first()
        if image is None:
            return
        if image.trashed_until is not None:
            remaining = (image.trashed_until - timezone.now()).total_seconds()
            if remaining > 0:
                raise RetryLater(remaining, "the image is in the trash")
            give_back_image_quota(account=image.account)
        drop_image(image, delay_seconds=0)


def drop_image(image: Image, *, delay_seconds: int) -> None:
    """Delete an image's rows and have its files removed, in the caller's transaction."""
    for key in image.renditions.values_list("storage_key", flat=True):
        schedule_removal(store=RENDITIONS, key=key, account=image.account, delay_seconds=delay_seconds)
    former = image.former_originals.values_list("storage_key", flat=True)
    for key in {image.storage_key, *former}:
        schedule_removal(store=ORIGINALS, key=key, account=image.account, delay_seconds=delay_seconds)
    image.delete()


def retire_stale_renditions(*, limit: int = 500) -> int:
    """Drop rows of renditions no link can reach any more; returns how many, at most `limit`."""
    with transaction.atomic():
        stale = list(Rendition.objects.stale().select_for_update(skip_locked=True, of=("self",))[:limit])
        for rendition in stale:
            schedule_removal(store=RENDITIONS, key=rendition.storage_key, account=None)
        Rendition.objects.filter(pk__in=[rendition.pk for rendition in stale]).delete()
    return len(stale)
