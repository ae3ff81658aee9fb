"""What can be done with people, accounts and quotas; each change is audited in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from apps.accounts import seeds
from apps.accounts.actor import Actor
from apps.accounts.errors import QuotaExceeded
from apps.accounts.models import Account, AuditEvent, Member, Role, User


def create_user(*, email: str, password: str | None, name: str = "") -> User:
    """Make a person who can log in; without a password they cannot until one is set.

    Raises ValidationError (Django's) for a bad or taken e-mail address and for a weak password.
    """
    user = User(email=User.objects.normalize_email(email), name=name)
    user.full_clean(exclude=["password"])
    if password is not None:
        validate_password(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    return user


def set_password(*, user: User, password: str) -> None:
    """Change what a person logs in with; raises ValidationError for a weak password."""
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])


def create_account(*, name: str, owner: User | None, actor: Actor) -> Account:
    """Make an account with all that rooms above seed it with; raises ValidationError for a bad name."""
    account = Account(name=name)
    account.full_clean()
    with transaction.atomic():
        account.save(force_insert=True)
        if owner is not None:
            Member.objects.create(account=account, user=owner, role=Role.OWNER)
        seeds.sow(account)
        record_event(
            account=account,
            actor=actor,
            action="account.created",
            object_id=account.public_id,
            detail={"owner": owner.pk if owner else None},
        )
    return account


def set_limits(
    *,
    account: Account,
    images: int | None = None,
    upload_bytes: int | None = None,
    signing_keys: int | None = None,
    rendition_bytes: int | None = None,
    former_originals: int | None = None,
    trash_days: int | None = None,
    actor: Actor,
) -> Account:
    """Change what is given of how much an account may have; raises ValidationError for what cannot be.

    Fewer images than it holds cannot be; keys beyond a lower limit stay, former originals until their
    image is replaced next, and renditions for minutes.
    """
    wanted = {
        "images_limit": images,
        "max_upload_bytes": upload_bytes,
        "signing_keys_limit": signing_keys,
        "max_rendition_bytes": rendition_bytes,
        "former_originals_limit": former_originals,
        "trash_days": trash_days,
    }
    changes = {name: value for name, value in wanted.items() if value is not None}
    with transaction.atomic():
        locked = Account.objects.select_for_update().get(pk=account.pk)
        for name, value in changes.items():
            setattr(locked, name, value)
        locked.full_clean()
        locked.save(update_fields=changes)
        record_event(
            account=locked,
            actor=actor,
            action="account.limits_changed",
            object_id=locked.public_id,
            detail=changes,
        )
    return locked


def add_member(*, account: Account, user: User, role: Role, actor: Actor) -> Member:
    """Let a person into an account; raises ValidationError when they are in already."""
    member = Member(account=account, user=user, role=role)
    member.full_clean()
    with transaction.atomic():
        member.save(force_insert=True)
        record_event(
            account=account,
            actor=actor,
            action="member.added",
            object_id=str(user.pk),
            detail={"role": member.role},
        )
    return member


def check_image_quota(*, account: Account) -> None:
    """Raise QuotaExceeded when there is no room for one more image: early, and not to be relied on."""
    used, allowed = Account.objects.values_list("images_used", "images_limit").get(pk=account.pk)
    if used >= allowed:
        raise QuotaExceeded(allowed)


def take_image_quota(*, account: Account) -> None:
    """Count one more image, or raise QuotaExceeded; exact however many ask at once (threat test F21)."""
    free = Account.objects.filter(pk=account.pk, images_used__lt=F("images_limit"))
    if not free.update(images_used=F("images_used") + 1):
        raise QuotaExceeded(Account.objects.values_list("images_limit", flat=True).get(pk=account.pk))


def give_back_image_quota(*, account: Account, images: int = 1) -> None:
    """Count so many images less, and never fewer than none."""
    fewer = Greatest(F("images_used") - images, 0)
    Account.objects.filter(pk=account.pk, images_used__gt=0).update(images_used=fewer)


def record_event(
    *,
    account: Account,
    actor: Actor,
    action: str,
    object_id: str,
    detail: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Write down who did what; called inside the change's transaction, so that neither is without the other.

    `action` is `<object>.<verb in the past tense>`; `detail` is plain JSON and never holds a secret.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{action!r} must be recorded in the transaction of the change it tells of")
    return AuditEvent.objects.create(
        account=account,
        user_id=actor.user_id,
        token_id=actor.token_id,
        action=action,
        object_id=object_id,
        detail=dict(detail or {}),
        address=actor.address,
        request_id=actor.request_id,
    )
