"""Who may see an image: everyone, or only holders of signed links."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from apps.accounts.actor import Actor
from apps.accounts.services import record_event
from apps.cdn.keys import image_key
from apps.cdn.services import PurgeState, finish_purge, request_purge
from apps.images.errors import ImageNotFound, PrivateCustomId
from apps.images.ids import is_generated, set_access_flag
from apps.images.models import Image
from apps.images.services.render_ahead import plan_render_ahead
from apps.outbox.models import Job
from apps.variants.models import DeliveryPolicy
from apps.variants.services import follow_drawn_image


def set_access(*, image: Image, is_private: bool, actor: Actor) -> tuple[Image, PurgeState]:
    """Make an image private or public; raises ImageNotFound or PrivateCustomId."""
    with transaction.atomic():
        locked = lock_image(image)
        purge = change_access(locked=locked, is_private=is_private, actor=actor)
    return locked, finish_purge(purge) if purge else "done"


def lock_image(image: Image) -> Image:
    """Return the image as it is now, held until the caller's transaction ends; raises ImageNotFound."""
    locked = (
        Image.objects.present()
        .select_for_update(of=("self",))
        .select_related("account")
        .filter(pk=image.pk)
        .first()
    )
    if locked is None:
        raise ImageNotFound
    return locked


def change_access(*, locked: Image, is_private: bool, actor: Actor) -> Job | None:
    """Change who may see a locked image; returns the purge to finish after the commit, if there is any.

    A generated id changes with it (catalogue §2.6) unless the account wants stable ids, and variants that
    draw the image follow. The version goes up in the same transaction, so that nothing rendered before can
    be reached.
    """
    if locked.is_private == is_private:
        return None
    policy, old_id = DeliveryPolicy.objects.get(account=locked.account), locked.public_id
    if is_private:
        check_may_be_private(old_id, policy)
    if is_generated(old_id) and not policy.has_stable_ids:
        locked.public_id = set_access_flag(old_id, is_private=is_private)
    locked.is_private = is_private
    locked.version = F("version") + 1
    locked.save(update_fields=["is_private", "public_id", "version"])
    locked.refresh_from_db(fields=["version"])
    record_event(
        account=locked.account,
        actor=actor,
        action="image.access_changed",
        object_id=locked.public_id,
        detail={"was": old_id, "is_private": is_private},
    )
    keys = [image_key(locked.pk)]
    if locked.public_id != old_id:
        keys += follow_drawn_image(account=locked.account, was=old_id, now=locked.public_id, actor=actor)
    if not locked.is_draft:
        plan_render_ahead(image=locked)
    return request_purge(account=locked.account, keys=keys, reason="image access changed")


def check_may_be_private(image_id: str, policy: DeliveryPolicy) -> None:
    """Raise PrivateCustomId for a custom id, unless the account allows it."""
    if not (is_generated(image_id) or policy.has_private_custom_ids):
        raise PrivateCustomId
