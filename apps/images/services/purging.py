"""Purging by hand: caches forget what nothing has changed, because an owner says so."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from apps.accounts.actor import Actor
from apps.accounts.models import Account
from apps.accounts.services import record_event
from apps.cdn.keys import account_key, image_key, variant_key
from apps.cdn.services import PurgeState, finish_purge, request_purge
from apps.fetching.url import FetchUrl
from apps.images.errors import ImageNotFound
from apps.images.models import Image
from apps.images.services.remote import forget_sources
from apps.outbox.models import Job
from apps.variants.errors import VariantNotFound
from apps.variants.models import Variant


def purge_caches(
    *,
    account: Account,
    image_ids: Collection[str] = (),
    variant_names: Collection[str] = (),
    urls: Collection[str] = (),
    sources: Collection[FetchUrl] = (),
    is_everything: bool = False,
    actor: Actor,
) -> tuple[Job, PurgeState]:
    """Have caches forget images, variants, full URLs and remote sources, or everything the account serves.

    Of a remote source our own copy is forgotten too.

    Returns the job to follow where some cache does not answer at once. Raises ImageNotFound or
    VariantNotFound before anything is purged.
    """
    images = Image.objects.in_account(account).live().filter(public_id__in=image_ids)
    variants = Variant.objects.in_account(account).filter(name__in=variant_names)
    keys = [image_key(pk) for pk in images.values_list("pk", flat=True)]
    if len(keys) < len(set(image_ids)):
        raise ImageNotFound
    keys += [variant_key(pk) for pk in variants.values_list("pk", flat=True)]
    if len(keys) < len(set(image_ids)) + len(set(variant_names)):
        raise VariantNotFound
    if is_everything:
        keys.append(account_key(account.pk))
    with transaction.atomic():
        keys += forget_sources(account=account, urls=sources, actor=actor)
        job = request_purge(account=account, keys=keys, urls=urls, reason="asked for")
        record_event(
            account=account,
            actor=actor,
            action="caches.purged",
            object_id=account.public_id,
            detail={
                "images": sorted(image_ids),
                "variants": sorted(variant_names),
                "urls": sorted(urls),
                "sources": sorted(map(str, sources)),
                "everything": is_everything,
            },
        )
    return job, finish_purge(job)
