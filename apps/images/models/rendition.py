"""A rendition: one picture made from an original by a recipe, one row and one file."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.accounts.models import Account
from apps.images.decide import RenditionKey
from apps.images.models.image import Image
from apps.images.overlays import write_versions
from apps.imaging import mezzanine
from apps.variants.models import Variant


class ShowsFormerOverlay(Func):
    """Whether an overlay in a text like `7.3,9.1` is gone or has another version by now."""

    template = (
        "EXISTS (SELECT FROM unnest(string_to_array(%(expressions)s, ',')) shown(overlay) WHERE NOT EXISTS ("
        "SELECT FROM images_image image WHERE image.id = split_part(shown.overlay, '.', 1)::bigint"
        " AND image.version = split_part(shown.overlay, '.', 2)::integer AND image.deleted_at IS NULL))"
    )
    output_field = models.BooleanField()


class RenditionQuerySet(models.QuerySet["Rendition"]):
    def in_account(self, account: Account) -> Self:
        return self.filter(image__account=account)

    def evictable(self) -> Self:
        """Renditions that count in the budget: mezzanines do not."""
        return self.exclude(fingerprint=mezzanine.FINGERPRINT)

    def least_used(self) -> Self:
        return self.order_by("used_at", "pk")

    def keyed(self, key: RenditionKey) -> Self:
        """The rendition of a key, if it was made."""
        return self.filter(
            image_id=key.image_pk,
            image_version=key.image_version,
            fingerprint=key.fingerprint,
            format=key.output.value,
            generation=key.generation.value,
            overlays=write_versions(key.overlays),
        )

    def stale(self) -> Self:
        """Renditions no link reaches: of older versions of their images, or by a recipe nobody can name."""
        same_recipe = Variant.objects.filter(
            account=OuterRef("image__account"), fingerprints__contains=[OuterRef("fingerprint")]
        )
        takes_options = (
            Q(image__is_remote=True)
            | Q(image__account__delivery_policy__is_flexible=True)
            | Q(image__account__delivery_policy__has_signed_options=True, image__is_private=True)
        )
        is_nameless = ~Exists(same_recipe) & ~takes_options & ~Q(fingerprint=mezzanine.FINGERPRINT)
        is_former = ~Q(image_version=F("image__version")) | Q(ShowsFormerOverlay("overlays"))
        return self.filter(is_former | is_nameless).order_by("pk")


class Rendition(models.Model):
    """The unique key says what it is: image version + recipe + overlays + format + encoder generation."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="renditions")
    image_version = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=32)  # of the recipe
    overlays = models.CharField(max_length=200, blank=True)  # image versions it shows, in the recipe's order
    format = models.CharField(max_length=13)  # imaging.recipe.OutputFormat
    generation = models.CharField(max_length=10)  # imaging.encoders.Generation
    storage_key = models.CharField(max_length=100, unique=True)
    digest = models.CharField(max_length=64)  # SHA-256 of the bytes: the strong ETag
    size_bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    frames = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(default=timezone.now, db_default=Now())  # to the hour

    objects = RenditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "image_version", "fingerprint", "overlays", "format", "generation"],
                name="rendition_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.image} {self.fingerprint} {self.format}"
