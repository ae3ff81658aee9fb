"""An upload grant: leave for whoever holds its secret to upload one picture, once, until it expires."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from apps.images.models.image import Image


class UploadGrantQuerySet(models.QuerySet["UploadGrant"]):
    def live(self, at: datetime) -> Self:
        return self.filter(expires_at__gt=at)

    def free(self, at: datetime) -> Self:
        """Grants that no upload is using, or whose upload has died."""
        return self.filter(Q(leased_until=None) | Q(leased_until__lte=at))


class UploadGrant(models.Model):
    """What was granted stands in the draft's row: id, access, creator and metadata. Used, the grant is gone.

    Of the secret only the digest is kept: whoever reads the database can upload nothing.
    """

    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="grant")
    digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # uploads begun, of which none was finished
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UploadGrantQuerySet.as_manager()

    def __str__(self) -> str:
        return f"grant for {self.image}"
