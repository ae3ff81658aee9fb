"""A rendition: one picture made from an original by a recipe, one row and one file."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from apps.images.decide import RenditionKey
from apps.images.models.image import Image
from apps.variants.models import Variant


class RenditionQuerySet(models.QuerySet["Rendition"]):
    def keyed(self, key: RenditionKey) -> Self:
        """The rendition of a key, if it was made."""
        return self.filter(
            image_id=key.image_pk,
            image_version=key.image_version,
            fingerprint=key.fingerprint,
            format=key.output.value,
            generation=key.generation.value,
        )

    def current(self) -> Self:
        """Renditions that can still be reached: made from the image as it is now."""
        return self.filter(image__deleted_at=None, image_version=F("image__version"))

    def stale(self) -> Self:
        """Renditions no link reaches: of an older version of their image, or by a recipe nobody can name."""
        same_recipe = Variant.objects.filter(
            account=OuterRef("image__account"), fingerprint=OuterRef("fingerprint")
        )
        is_nameless = ~Exists(same_recipe) & Q(image__account__delivery_policy__is_flexible=False)
        return self.filter(~Q(image_version=F("image__version")) | is_nameless).order_by("pk")


class Rendition(models.Model):
    """The unique key says what it is: image version + recipe + format + encoder generation."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="renditions")
    image_version = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=32)  # of the recipe
    format = models.CharField(max_length=13)  # imaging.recipe.OutputFormat
    generation = models.CharField(max_length=10)  # imaging.encoders.Generation
    storage_key = models.CharField(max_length=100, unique=True)
    digest = models.CharField(max_length=64)  # SHA-256 of the bytes: the strong ETag
    size_bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    frames = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RenditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "image_version", "fingerprint", "format", "generation"],
                name="rendition_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.image} {self.fingerprint} {self.format}"
