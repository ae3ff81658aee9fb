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


def set_access(*, image: Image, is_private: bool, actor: Actor) -> tuple[Image, PurgeState]:
    """Make an image private or public; its generated id changes with it (catalogue §2.6).

    The version goes up in the same transaction, so that nothing rendered before can be reached.
    """
    with transaction.atomic():
        locked = Image.objects.live().select_for_update(of=("self",)).filter(pk=image.pk).first()
        if locked is None:
            raise ImageNotFound
        if locked.is_private == is_private:
            return locked, "done"
        if not is_generated(locked.public_id):
            raise PrivateCustomId
        old_id = locked.public_id
        locked.is_private = is_private
        locked.public_id = set_access_flag(old_id, is_private=is_private)
        locked.version = F("version") + 1
        locked.save(update_fields=["is_private", "public_id", "version"])
        locked.refresh_from_db()
        purge = request_purge(
            account=locked.account, keys=[image_key(locked.pk)], reason="image access changed"
        )
        plan_render_ahead(image=locked)
        record_event(
            account=locked.account,
            actor=actor,
            action="image.access_changed",
            object_id=locked.public_id,
            detail={"was": old_id, "is_private": is_private},
        )
    return locked, finish_purge(purge)
