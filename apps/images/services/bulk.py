"""Bulk changes: many images, a slice at a time, each by the service that changes one.

    start_bulk ──▶ BulkChange + job ──▶ run_slice ──▶ next job … ──▶ finished

Nothing is undone when a later image refuses: it is counted, and the others go on. A slice that is done
twice changes nothing the second time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.accounts.actor import Actor
from apps.accounts.models import Account
from apps.accounts.services import record_event
from apps.images.conditions import Condition
from apps.images.errors import ImageNotFound, ImagesError
from apps.images.models import BulkAction, BulkChange, Image
from apps.images.models.bulk import select_images
from apps.images.services.access import set_access
from apps.images.services.deletion import delete_image
from apps.images.services.editing import edit_tags
from apps.images.services.words import check_tags
from apps.outbox.models import Job
from apps.outbox.services import add_job

BULK = "images.bulk"
SLICE = 40
# A slice must end within its job's lease, though each image may wait for locks and for caches.
SLICE_SECONDS = 20.0
_TOLD_REFUSALS = 20


def start_bulk(
    *,
    account: Account,
    action: BulkAction,
    image_ids: Collection[str] | None = None,
    filters: Mapping[str, str | None] | None = None,
    conditions: Iterable[Condition] = (),
    is_private: bool | None = None,
    tags: Sequence[str] = (),
    actor: Actor,
) -> BulkChange:
    """Have an action done to the images named, or to those that meet all filters (creator, tag, q) and all
    conditions on metadata.

    Raises ImageNotFound before anything is changed, or BadTags.
    """
    selection: dict[str, Any] = {"conditions": [condition.as_json() for condition in conditions]}
    selection |= (filters or {}) if image_ids is None else {"pks": _find_pks(account, image_ids)}
    images = select_images(account, selection)
    change = BulkChange(
        account=account,
        action=action,
        is_private=is_private,
        tags=check_tags(tags),
        selection=selection,
        last_pk=images.aggregate(last=Max("pk"))["last"] or 0,
        total=images.count(),
        user_id=actor.user_id,
        token_id=actor.token_id,
    )
    with transaction.atomic():
        change.save(force_insert=True)
        _plan_slice(change)
        record_event(
            account=account,
            actor=actor,
            action="images.bulk_started",
            object_id=str(change.pk),
            detail={"action": action, "images": change.total},
        )
    return change


def run_slice(job: Job) -> None:
    """Change the next images of a bulk change, and plan what follows."""
    changes = BulkChange.objects.unfinished().select_related("account")
    change = changes.filter(pk=job.payload["bulk"]).first()
    if change is None:
        return
    images = list(change.remaining().select_related("account")[:SLICE])
    end_at, done = time.monotonic() + SLICE_SECONDS, 0
    for image in images:
        _change_one(change, image)
        done += 1
        if time.monotonic() >= end_at:
            break
    with transaction.atomic():
        if done < len(images) or done == SLICE:
            _plan_slice(change)
        else:
            change.finished_at = timezone.now()
            change.save(update_fields=["finished_at"])


def _find_pks(account: Account, image_ids: Collection[str]) -> list[int]:
    found = Image.objects.in_account(account).live().filter(public_id__in=image_ids)
    pks = list(found.values_list("pk", flat=True))
    if len(pks) < len(set(image_ids)):
        raise ImageNotFound
    return pks


def _plan_slice(change: BulkChange) -> None:
    key = f"{change.pk}:{change.cursor}"
    add_job(kind=BULK, key=key, payload={"bulk": change.pk}, account=change.account)


def _change_one(change: BulkChange, image: Image) -> None:
    """Change an image and move the cursor behind it; one that is gone by now counts as neither."""
    actor = Actor(user_id=change.user_id, token_id=change.token_id)
    acts: dict[BulkAction, Callable[[], object]] = {
        BulkAction.DELETE: partial(delete_image, image=image, actor=actor),
        BulkAction.SET_ACCESS: partial(
            set_access, image=image, is_private=bool(change.is_private), actor=actor
        ),
        BulkAction.ADD_TAGS: partial(edit_tags, image=image, add=change.tags, actor=actor),
        BulkAction.REMOVE_TAGS: partial(edit_tags, image=image, remove=change.tags, actor=actor),
    }
    try:
        acts[BulkAction(change.action)]()
        change.changed += 1
    except ImageNotFound:
        pass
    except ImagesError as error:
        change.refused += 1
        if len(change.refusals) < _TOLD_REFUSALS:
            change.refusals.append({"id": image.public_id, "reason": str(error)})
    change.cursor = image.pk
    change.save(update_fields=["cursor", "changed", "refused", "refusals"])
