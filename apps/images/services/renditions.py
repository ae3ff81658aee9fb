"""Keeping and forgetting renditions: the file first, then the row, and only while the image is current."""

from __future__ import annotations

import hashlib
import io

from django.db import transaction

from apps.accounts.models import Account
from apps.images.decide import RenditionKey, StoredRendition
from apps.images.models import Image, Rendition
from apps.images.overlays import write_versions
from apps.images.services.files import claim_file, discard_file, schedule_removal, write_file
from apps.images.services.focus import keep_focal_points
from apps.images.storage import RENDITIONS, make_rendition_key
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat
from apps.imaging.rendered import Rendered
from apps.usage.services import count_render


def store_rendition(*, account_pk: int, key: RenditionKey, rendered: Rendered) -> StoredRendition | None:
    """Keep what was rendered and return what is stored under its key.

    When another process was first, its rendition is returned and ours removed; None when the image or
    an overlay was deleted or changed meanwhile: then nothing may be stored under the old versions.
    """
    account = Account(pk=account_pk)
    rendition = Rendition(
        image_id=key.image_pk,
        image_version=key.image_version,
        fingerprint=key.fingerprint,
        overlays=write_versions(key.overlays),
        format=key.output.value,
        generation=key.generation.value,
        storage_key=make_rendition_key(account_pk, key.image_pk),
        digest=hashlib.sha256(rendered.data).hexdigest(),
        size_bytes=len(rendered.data),
        width=rendered.width,
        height=rendered.height,
        frames=rendered.frames,
    )
    content = io.BytesIO(rendered.data)
    removal = write_file(store=RENDITIONS, key=rendition.storage_key, content=content, account=account)
    with transaction.atomic():
        is_current = _hold(key)
        if is_current:
            Rendition.objects.bulk_create([rendition], ignore_conflicts=True)
        winner = Rendition.objects.keyed(key).first() if is_current else None
        if winner is not None and winner.storage_key == rendition.storage_key:
            claim_file(removal)
            count_render(account=account, size_bytes=rendition.size_bytes)
    if winner is None or winner.storage_key != rendition.storage_key:
        discard_file(removal)
    if rendered.found is not None:
        keep_focal_points(image_pk=key.image_pk, image_version=key.image_version, found=rendered.found)
    return None if winner is None else as_stored(winner)


def _hold(key: RenditionKey) -> bool:
    """Say whether image and overlays are at the key's versions, and lock them so.

    The locks keep a version bump or a deletion from slipping between the check and the row. They are taken in
    the order of primary keys, lest two renditions that show each other's images wait for one another.
    """
    versions = {key.image_pk: key.image_version} | dict(key.overlays)
    images = Image.everything.live().filter(pk__in=versions).order_by("pk")
    held = images.select_for_update(of=("self",), no_key=True).values_list("pk", "version")
    return dict(held) == versions


def find_rendition(*, key: RenditionKey) -> StoredRendition | None:
    """Return what is stored under a key by now."""
    rendition = Rendition.objects.keyed(key).first()
    return None if rendition is None else as_stored(rendition)


def forget_rendition(*, storage_key: str) -> None:
    """Drop the row of a rendition whose file is missing or damaged, so that it is made anew."""
    with transaction.atomic():
        if Rendition.objects.filter(storage_key=storage_key).delete()[0]:
            schedule_removal(store=RENDITIONS, key=storage_key, account=None)


def as_stored(rendition: Rendition) -> StoredRendition:
    return StoredRendition(
        output=OutputFormat(rendition.format),
        generation=Generation(rendition.generation),
        storage_key=rendition.storage_key,
        digest=rendition.digest,
        size_bytes=rendition.size_bytes,
        fingerprint=rendition.fingerprint,
        overlays=rendition.overlays,
    )
