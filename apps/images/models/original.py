"""An original's own facts, and the originals an image had before: kept for a while, to go back to."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models

from apps.accounts.models import ApiToken


class OriginalFacts(models.Model):
    """What is known of bytes as they were sent, and where they lie."""

    filename = models.CharField(max_length=255, blank=True)
    storage_key = models.CharField(max_length=100, blank=True)
    sha256 = models.BinaryField(max_length=32, default=bytes)
    size_bytes = models.PositiveBigIntegerField(default=0)
    format = models.CharField(max_length=10, blank=True)  # imaging.source.SourceFormat
    width = models.PositiveIntegerField(default=0)  # as seen: after EXIF orientation
    height = models.PositiveIntegerField(default=0)
    frames = models.PositiveIntegerField(default=1)
    has_alpha = models.BooleanField(default=False)
    focal_points = models.CharField(max_length=200, blank=True)  # FocalPoints: found, or chosen by somebody
    # Base64, once described; never of an SVG. Releases that do not know the column insert without it.
    thumbhash = models.CharField(max_length=40, blank=True, default="", db_default="")
    # "#8a7f70"; none where all is clear.
    dominant_colour = models.CharField(max_length=7, blank=True, default="", db_default="")

    class Meta:
        abstract = True

    def facts(self) -> dict[str, object]:
        """Return the columns above, as another row may have them too."""
        return {field.name: getattr(self, field.name) for field in OriginalFacts._meta.get_fields()}


class FormerOriginalQuerySet(models.QuerySet["FormerOriginal"]):
    def newest(self) -> Self:
        return self.order_by("-version")


class FormerOriginal(OriginalFacts):
    """`version` is the one these bytes came with. A restored original shares its file with the image."""

    image = models.ForeignKey("images.Image", on_delete=models.CASCADE, related_name="former_originals")
    version = models.PositiveIntegerField()
    replaced_at = models.DateTimeField(auto_now_add=True)
    replaced_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    replaced_by_token = models.ForeignKey(ApiToken, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = FormerOriginalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "version"], name="former_original_once_per_version")
        ]
        indexes = [models.Index(fields=["storage_key"], name="former_original_storage_key")]

    def __str__(self) -> str:
        return f"{self.image} {self.version}"
