"""The trash: where an account has days for it, deleted images that can be had again until these are over.

    live ──delete──▶ trash ──days──▶ gone          the quota is given back only here
      ▲                │
      └────restore─────┘                           while the id is free

No link leads to the trash: an image in it is as gone as any deleted one, and its id free.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.actor import Actor
from apps.accounts.models import Account
from apps.accounts.services import give_back_image_quota, record_event
from apps.images.errors import ImageNotFound
from apps.images.models import Image
from apps.images.services.deletion import RETIRE_IMAGE
from apps.images.services.describing import plan_description
from apps.images.services.files import LINGER_SECONDS
from apps.images.services.original import raise_if_taken
from apps.images.services.render_ahead import plan_render_ahead
from apps.outbox.models import Job, JobState


def restore_image(*, image: Image, actor: Actor) -> Image:
    """Take an image out of the trash, with all it had. Raises ImageNotFound, or ImageExists for its id."""
    try:
        with transaction.atomic():
            trashed = Image.objects.trashed().select_for_update(of=("self",)).select_related("account")
            restored = trashed.filter(pk=image.pk).first()
            if restored is None:
                raise ImageNotFound
            restored.deleted_at = restored.trashed_until = None
            restored.save(update_fields=["deleted_at", "trashed_until"])
            Job.objects.filter(kind=RETIRE_IMAGE, key=str(image.pk), state=JobState.PENDING).delete()
            plan_render_ahead(image=restored)
            plan_description(image=restored)
            record_event(
                account=restored.account, actor=actor, action="image.restored", object_id=restored.public_id
            )
    except IntegrityError as error:
        raise_if_taken(error, image)
        raise
    return restored


def empty_trash(*, account: Account, actor: Actor) -> int:
    """Have all images in the trash removed now, and their quota free; returns how many there were."""
    now = timezone.now()
    with transaction.atomic():
        count = Image.objects.in_account(account).trashed().update(trashed_until=None)
        give_back_image_quota(account=account, images=count)
        soon = now + timedelta(seconds=LINGER_SECONDS)
        retiring = Job.objects.in_account(account).filter(kind=RETIRE_IMAGE, state=JobState.PENDING)
        retiring.filter(next_at__gt=soon).update(next_at=soon)
        record_event(
            account=account,
            actor=actor,
            action="trash.emptied",
            object_id=account.public_id,
            detail={"images": count},
        )
    return count
