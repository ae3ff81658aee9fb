"""Editing an image: its words, and who may see it, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from apps.accounts.actor import Actor
from apps.accounts.services import record_event
from apps.accounts.unchanged import Unchanged
from apps.cdn.services import PurgeState, finish_purge
from apps.images.models import Image
from apps.images.services.access import change_access, lock_image
from apps.images.services.aiming import change_focal_point
from apps.images.services.numbers import renew_numbers
from apps.images.services.words import check_alt_text, check_creator, check_metadata, check_tags
from apps.imaging.geometry.focus import Area


def edit_image(
    *,
    image: Image,
    metadata: Mapping[str, Any] | None = None,
    creator: str | Unchanged | None = Unchanged.UNCHANGED,
    alt_text: str | None = None,
    tags: Sequence[str] | None = None,
    is_private: bool | None = None,
    focal_point: Area | Unchanged | None = Unchanged.UNCHANGED,
    actor: Actor,
) -> tuple[Image, PurgeState]:
    """Change what is given and leave the rest; metadata and tags replace what was there, whole.

    Returns the image as it is now, perhaps under another id (see `change_access`), and whether caches have
    forgotten who might see it and how it was cut. Raises ImageNotFound, PrivateCustomId, BadMetadata,
    BadCreator, BadAltText or BadTags.
    """
    words: dict[str, Any] = {}
    if metadata is not None:
        words["metadata"] = check_metadata(metadata)
    if creator is not Unchanged.UNCHANGED:
        words["creator"] = check_creator(creator)
    if alt_text is not None:
        words["alt_text"] = check_alt_text(alt_text)
    if tags is not None:
        words["tags"] = check_tags(tags)
    with transaction.atomic():
        locked = lock_image(image)
        purges = []
        if is_private is not None:
            purges.append(change_access(locked=locked, is_private=is_private, actor=actor))
        if focal_point is not Unchanged.UNCHANGED:
            purges.append(change_focal_point(locked=locked, point=focal_point, actor=actor))
        _change_words(locked, words, actor)
    states = [finish_purge(purge) for purge in purges if purge is not None]
    return locked, "pending" if "pending" in states else "done"


def edit_tags(*, image: Image, add: Sequence[str] = (), remove: Sequence[str] = (), actor: Actor) -> Image:
    """Add tags to those an image has, or take some away; raises ImageNotFound or BadTags."""
    with transaction.atomic():
        locked = lock_image(image)
        tags = check_tags([tag for tag in [*locked.tags, *add] if tag not in remove])
        if tags != locked.tags:
            _change_words(locked, {"tags": tags}, actor)
    return locked


def _change_words(locked: Image, words: Mapping[str, Any], actor: Actor) -> None:
    if not words:
        return
    was = {name: getattr(locked, name) for name in words}
    for name, value in words.items():
        setattr(locked, name, value)
    locked.save(update_fields=words)
    if "metadata" in words:
        renew_numbers(image=locked)
    record_event(
        account=locked.account,
        actor=actor,
        action="image.edited",
        object_id=locked.public_id,
        detail={"was": was, "is": dict(words)},
    )
