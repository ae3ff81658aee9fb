"""An API token: a secret for scripts, of which only the digest is kept."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from apps.accounts.models.account import Account


class Scope(models.TextChoices):
    READ = "images:read"
    EDIT = "images:edit"


class ApiToken(models.Model):
    """Written `<prefix>_<secret>`; the prefix finds the row, the SHA-256 of the whole proves it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.BinaryField(max_length=32)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_live(self) -> bool:
        now = timezone.now()
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)

    def allows(self, scope: Scope) -> bool:
        """Editing includes reading, as an editor expects."""
        return scope in self.scopes or (scope == Scope.READ and Scope.EDIT in self.scopes)
