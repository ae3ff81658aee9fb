"""What can be done with variants and with the delivery policy.

An edit changes what is served under links that exist, so it bumps the version and purges the variant's
key in one transaction; the recipe's new fingerprint makes old renditions unreachable at the origin.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from apps.accounts.actor import SYSTEM, Actor
from apps.accounts.models import Account
from apps.accounts.services import record_event
from apps.accounts.unchanged import Unchanged
from apps.cdn.keys import account_key, variant_key
from apps.cdn.services import PurgeState, finish_purge, request_purge
from apps.imaging.options.grammar import from_mapping, write
from apps.imaging.recipe import Fit, Metadata, Recipe
from apps.variants import reviews
from apps.variants.errors import (
    BadAvifDeadline,
    BadBrowserTtl,
    BadVariantName,
    TooManyVariants,
    VariantExists,
    VariantNotFound,
    VariantProtected,
)
from apps.variants.models import (
    MAX_AVIF_DEADLINE_MS,
    MAX_BROWSER_TTL_SECONDS,
    MIN_AVIF_DEADLINE_MS,
    MIN_BROWSER_TTL_SECONDS,
    DeliveryPolicy,
    Variant,
)
from apps.variants.origins import clean_origins

MAX_VARIANTS = 100
MAX_NAME_CHARACTERS = 99
PUBLIC = "public"
# Not documented, but what every new account of the original is said to start with (catalogue §3).
PUBLIC_RECIPE = Recipe(width=1366, height=768, fit=Fit.SCALE_DOWN, metadata=Metadata.NONE)
_NAME = re.compile(rf"[A-Za-z0-9]{{1,{MAX_NAME_CHARACTERS}}}", re.ASCII)
_EXTENDED_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{MAX_NAME_CHARACTERS}}}", re.ASCII)
# What of an account's policy shapes answers that caches keep.
_SEEN_BY_CACHES = frozenset(
    {"is_flexible", "browser_ttl_seconds", "allowed_origins", "has_original_downloads"}
)

Options = Recipe | Mapping[str, Any]


def create_variant(
    *,
    account: Account,
    name: str,
    options: Options,
    is_public: bool = False,
    is_rendered_ahead: bool = False,
    browser_ttl_seconds: int | None = None,
    avif_deadline_ms: int | None = None,
    actor: Actor,
) -> Variant:
    """Name a recipe; raises VariantsError, OptionsError for options that make none, or what a review does."""
    _check_name(account, name)
    variant = Variant(
        account=account,
        name=name,
        is_public=is_public,
        is_rendered_ahead=is_rendered_ahead,
        browser_ttl_seconds=_check_ttl(browser_ttl_seconds),
        avif_deadline_ms=_check_deadline(avif_deadline_ms),
    )
    with transaction.atomic():
        variant.options = _write_options(account, options)
        # Whoever else adds a variant to this account waits here: so the count below is exact.
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        others = Variant.objects.in_account(account)
        if others.filter(name=name).exists():
            raise VariantExists(name)
        if others.count() >= MAX_VARIANTS:
            raise TooManyVariants(MAX_VARIANTS)
        variant.save(force_insert=True)
        _record(variant, actor, "variant.created")
    return variant


def edit_variant(
    *,
    variant: Variant,
    options: Options | None = None,
    is_public: bool | None = None,
    is_rendered_ahead: bool | None = None,
    browser_ttl_seconds: int | Unchanged | None = Unchanged.UNCHANGED,
    avif_deadline_ms: int | Unchanged | None = Unchanged.UNCHANGED,
    actor: Actor,
) -> tuple[Variant, PurgeState]:
    """Change what is given and leave the rest; None means the account's lifetime and the platform's deadline.

    Returns the variant as it is now, and whether caches have forgotten what it was.
    """
    changes: dict[str, Any] = {}
    if is_public is not None:
        changes["is_public"] = is_public
    if is_rendered_ahead is not None:
        changes["is_rendered_ahead"] = is_rendered_ahead
    if browser_ttl_seconds is not Unchanged.UNCHANGED:
        changes["browser_ttl_seconds"] = _check_ttl(browser_ttl_seconds)
    if avif_deadline_ms is not Unchanged.UNCHANGED:
        changes["avif_deadline_ms"] = _check_deadline(avif_deadline_ms)
    with transaction.atomic():
        if options is not None:
            changes["options"] = _write_options(variant.account, options)
        locked = _lock(variant)
        if all(getattr(locked, name) == value for name, value in changes.items()):
            return locked, "done"
        for name, value in changes.items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save()
        purge = request_purge(account=locked.account, keys=[variant_key(locked.pk)], reason="variant edited")
        _record(locked, actor, "variant.edited")
    return locked, finish_purge(purge)


def follow_drawn_image(*, account: Account, was: str, now: str, actor: Actor) -> list[str]:
    """Have variants draw an image by its new id, in the caller's transaction; returns the keys to purge."""
    drawing = Variant.objects.in_account(account).drawing(was).select_related("account").order_by("pk")
    keys = []
    for variant in drawing.select_for_update(of=("self",)):
        recipe = variant.recipe
        draw = tuple(replace(each, image=now) if each.image == was else each for each in recipe.draw)
        variant.options = write(replace(recipe, draw=draw))
        variant.version += 1
        variant.save()
        _record(variant, actor, "variant.edited")
        keys.append(variant_key(variant.pk))
    return keys


def delete_variant(*, variant: Variant, actor: Actor) -> PurgeState:
    """Delete a variant: links that name it stop working. Raises VariantNotFound or VariantProtected."""
    with transaction.atomic():
        locked = _lock(variant)
        if locked.name == PUBLIC:
            raise VariantProtected(PUBLIC)
        purge = request_purge(account=locked.account, keys=[variant_key(locked.pk)], reason="variant deleted")
        _record(locked, actor, "variant.deleted")
        locked.delete()
    return finish_purge(purge)


def set_delivery_policy(
    *,
    account: Account,
    is_flexible: bool | None = None,
    browser_ttl_seconds: int | None = None,
    has_stable_ids: bool | None = None,
    has_private_custom_ids: bool | None = None,
    has_signed_options: bool | None = None,
    has_extended_names: bool | None = None,
    allowed_origins: Sequence[str] | None = None,
    has_original_downloads: bool | None = None,
    fallback_image: str | None = None,
    actor: Actor,
) -> tuple[DeliveryPolicy, PurgeState]:
    """Change what is given of an account's policy, and have caches forget what they keep under it.

    `fallback_image` is an image's id, which nobody checks here; empty for none.
    """
    wanted = {
        "is_flexible": is_flexible,
        "browser_ttl_seconds": _check_ttl(browser_ttl_seconds),
        "has_stable_ids": has_stable_ids,
        "has_private_custom_ids": has_private_custom_ids,
        "has_signed_options": has_signed_options,
        "has_extended_names": has_extended_names,
        "has_original_downloads": has_original_downloads,
        "fallback_image": fallback_image,
        "allowed_origins": None if allowed_origins is None else clean_origins(allowed_origins),
    }
    with transaction.atomic():
        policy = DeliveryPolicy.objects.select_for_update().get(account=account)
        changes = {
            name: value
            for name, value in wanted.items()
            if value is not None and value != getattr(policy, name)
        }
        if not changes:
            return policy, "done"
        for name, value in changes.items():
            setattr(policy, name, value)
        policy.save(update_fields=changes)
        record_event(
            account=account,
            actor=actor,
            action="delivery_policy.changed",
            object_id=account.public_id,
            detail=changes,
        )
        if _SEEN_BY_CACHES.isdisjoint(changes):
            return policy, "done"
        keys = [account_key(account.pk)]
        purge = request_purge(account=account, keys=keys, reason="delivery policy changed")
    return policy, finish_purge(purge)


def seed_account(account: Account) -> None:
    """Every account starts with the variant `public` and a policy that allows nothing beyond variants."""
    DeliveryPolicy.objects.create(account=account)
    create_variant(account=account, name=PUBLIC, options=PUBLIC_RECIPE, actor=SYSTEM)


def _check_name(account: Account, name: str) -> None:
    """Raise BadVariantName unless the name is one that the wire contract or the account allows."""
    if _NAME.fullmatch(name):
        return
    is_extended = DeliveryPolicy.objects.get(account=account).has_extended_names
    if not (is_extended and _EXTENDED_NAME.fullmatch(name)):
        raise BadVariantName(MAX_NAME_CHARACTERS, is_extended=is_extended)


def _lock(variant: Variant) -> Variant:
    """Return the variant as it is now, held until the transaction ends."""
    locked = (
        Variant.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(pk=variant.pk)
        .first()
    )
    if locked is None:
        raise VariantNotFound
    return locked


def _write_options(account: Account, options: Options) -> str:
    """Return the options as they are kept; call it in the transaction that keeps them, before any other lock.

    Reviews hold what the recipe names, so that it is still so when the variant is there.
    """
    recipe = options if isinstance(options, Recipe) else from_mapping(options)
    reviews.hold(account, recipe)
    return write(recipe)


def _check_ttl(seconds: int | None) -> int | None:
    if seconds is not None and not MIN_BROWSER_TTL_SECONDS <= seconds <= MAX_BROWSER_TTL_SECONDS:
        raise BadBrowserTtl(MIN_BROWSER_TTL_SECONDS, MAX_BROWSER_TTL_SECONDS)
    return seconds


def _check_deadline(milliseconds: int | None) -> int | None:
    if milliseconds is not None and not MIN_AVIF_DEADLINE_MS <= milliseconds <= MAX_AVIF_DEADLINE_MS:
        raise BadAvifDeadline(MIN_AVIF_DEADLINE_MS, MAX_AVIF_DEADLINE_MS)
    return milliseconds


def _record(variant: Variant, actor: Actor, action: str) -> None:
    record_event(
        account=variant.account,
        actor=actor,
        action=action,
        object_id=variant.name,
        detail={
            "options": variant.options,
            "is_public": variant.is_public,
            "is_rendered_ahead": variant.is_rendered_ahead,
            "browser_ttl_seconds": variant.browser_ttl_seconds,
            "avif_deadline_ms": variant.avif_deadline_ms,
        },
    )
