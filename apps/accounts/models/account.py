"""An account owns images, variants and keys; members are the people in it."""

from __future__ import annotations

import base64
import secrets
from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from apps.accounts.models.user import User


def make_public_id() -> str:
    """Return an account id for the API: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def make_hash() -> str:
    """Return an account hash for links: 22 base64url characters, 16 random bytes."""
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()


class AccountQuerySet(models.QuerySet["Account"]):
    def of_member(self, user: User) -> Self:
        """Accounts this person belongs to, in the order they joined them."""
        return self.filter(members__user=user).order_by("members__id")


class Account(models.Model):
    public_id = models.CharField(max_length=32, unique=True, default=make_public_id, editable=False)
    hash = models.CharField(max_length=22, unique=True, default=make_hash, editable=False)
    name = models.CharField(max_length=100)
    images_limit = models.PositiveIntegerField(default=100_000)
    images_used = models.PositiveIntegerField(default=0)
    max_upload_bytes = models.PositiveIntegerField(default=10 * 1024**2, validators=[MinValueValidator(1)])
    signing_keys_limit = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    max_rendition_bytes = models.PositiveBigIntegerField(  # then the least used go
        default=10 * 1024**3, db_default=10 * 1024**3
    )
    former_originals_limit = models.PositiveSmallIntegerField(default=10)  # of each image
    trash_days = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(365)])
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(images_used__lte=F("images_limit")),
                name="account_images_within_limit",
                violation_error_message="The account holds more images than that.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


class Member(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    joined_at = models.DateTimeField(auto_now_add=True)

    _CAN_EDIT: ClassVar[frozenset[str]] = frozenset({Role.OWNER, Role.EDITOR})

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="member_once_per_account")]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"

    @property
    def can_edit(self) -> bool:
        return self.role in self._CAN_EDIT

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER
