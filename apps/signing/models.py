"""A signing key: the shared secret under which an account's links are signed."""

from __future__ import annotations

from typing import Self

from django.core.validators import RegexValidator
from django.db import models

from apps.accounts.models import Account


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    def in_account(self, account: Account) -> Self:
        return self.filter(account=account).order_by("created_at", "id")


class SigningKey(models.Model):
    """The value is needed in clear to sign, so it is encrypted at rest, not hashed."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="signing_keys")
    name = models.CharField(max_length=20, validators=[RegexValidator(r"\A[A-Za-z0-9]{1,20}\Z")])
    encrypted_value = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    rotated_at = models.DateTimeField(null=True)

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="signing_key_name_unique")]

    def __str__(self) -> str:
        return self.name
