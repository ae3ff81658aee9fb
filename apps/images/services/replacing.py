"""Replacing an original: new bytes under the id there is, and going back to bytes there were.

    image ──replace──▶ image, version + 1          the old original becomes a FormerOriginal
      ▲                  │
      └─────restore──────┘                         a version of its own, which shares the old file

In one transaction the version goes up, the old original is written down and the purge requested. A render
that began before it finds the version gone when it comes to be stored, and is neither kept nor served.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from django.db import transaction

from apps.accounts.actor import Actor
from apps.accounts.services import record_event
from apps.cdn.keys import image_key
from apps.cdn.services import PurgeState, finish_purge, request_purge
from apps.images.errors import ImageNotFound, VersionNotFound
from apps.images.models import FormerOriginal, Image
from apps.images.services.access import lock_image
from apps.images.services.describing import plan_description
from apps.images.services.files import claim_file, discard_file, schedule_removal, write_file
from apps.images.services.original import examine
from apps.images.services.render_ahead import plan_render_ahead
from apps.images.services.words import clean_filename
from apps.images.storage import ORIGINALS
from apps.outbox.models import Job
from apps.usage.services import count_upload


def replace_original(
    *, image: Image, file: BinaryIO, filename: str = "", fetched_from: str | None = None, actor: Actor
) -> tuple[Image, PurgeState]:
    """Give an image other bytes; when this returns they are on disk, and the old ones no link's any more.

    The bytes it has already change nothing. Returns the image as it is now and whether caches have
    forgotten the old one. Raises ImageNotFound, or what `upload_image` does of a file.
    """
    original = examine(file, image.account)
    facts = original.describe(image.account) | {"filename": clean_filename(filename), "focal_points": ""}
    origin = {} if fetched_from is None else {"fetched_from": fetched_from}
    removal = write_file(
        store=ORIGINALS, key=facts["storage_key"], content=original.file, account=image.account
    )
    purge = None
    try:
        with transaction.atomic():
            locked = lock_picture(image)
            if is_new := bytes(locked.sha256) != original.sha256:
                purge = _change_original(locked, facts, actor, "image.replaced", origin)
                claim_file(removal)
                count_upload(account=locked.account, size_bytes=original.size_bytes)
    except BaseException:
        discard_file(removal)
        raise
    if not is_new:
        discard_file(removal)
    return locked, finish_purge(purge) if purge else "done"


def restore_original(*, image: Image, version: int, actor: Actor) -> tuple[Image, PurgeState]:
    """Give an image bytes again that it had before, as a new version; those it has change nothing.

    Raises ImageNotFound or VersionNotFound.
    """
    with transaction.atomic():
        locked = lock_picture(image)
        purge = None
        if version != locked.original_version:
            former = locked.former_originals.filter(version=version).first()
            if former is None:
                raise VersionNotFound(version)
            if bytes(former.sha256) != bytes(locked.sha256):
                detail = {"restored": version}
                purge = _change_original(locked, former.facts(), actor, "image.version_restored", detail)
    return locked, finish_purge(purge) if purge else "done"


def lock_picture(image: Image) -> Image:
    """Return an image as `lock_image` does, which is none as long as it is a draft; raises ImageNotFound."""
    locked = lock_image(image)
    if locked.is_draft:
        raise ImageNotFound
    return locked


def _change_original(
    locked: Image, facts: Mapping[str, Any], actor: Actor, action: str, detail: Mapping[str, Any]
) -> Job:
    """Write down the old original and put the new one in its place; returns the purge to finish."""
    FormerOriginal.objects.create(
        image=locked,
        version=locked.original_version,
        replaced_by_user_id=actor.user_id,
        replaced_by_token_id=actor.token_id,
        **locked.facts(),
    )
    for name, value in facts.items():
        setattr(locked, name, value)
    locked.version += 1
    locked.original_version = locked.version
    locked.save(update_fields=[*facts, "version", "original_version"])
    _forget_oldest(locked)
    plan_render_ahead(image=locked)
    plan_description(image=locked)
    record_event(
        account=locked.account,
        actor=actor,
        action=action,
        object_id=locked.public_id,
        detail={"version": locked.version, **detail},
    )
    return request_purge(account=locked.account, keys=[image_key(locked.pk)], reason="original replaced")


def _forget_oldest(locked: Image) -> None:
    """Drop former originals beyond the account's limit; their files follow unless another row names them."""
    oldest = list(locked.former_originals.newest()[locked.account.former_originals_limit :])
    for former in oldest:
        schedule_removal(store=ORIGINALS, key=former.storage_key, account=locked.account)
    locked.former_originals.filter(pk__in=[former.pk for former in oldest]).delete()
