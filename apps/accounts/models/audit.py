"""An audit event: who did what to which object, written in the same transaction as the change."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.accounts.models.account import Account
from apps.accounts.models.token import ApiToken


class AuditEvent(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="audit_events")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    token = models.ForeignKey(ApiToken, on_delete=models.SET_NULL, null=True, related_name="+")
    action = models.CharField(max_length=50)  # verb in the past tense: "image.uploaded"
    object_id = models.CharField(max_length=1024)
    detail = models.JSONField(default=dict)  # never a secret
    address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-at"], name="audit_account_at")]

    def __str__(self) -> str:
        return f"{self.action} {self.object_id}"
