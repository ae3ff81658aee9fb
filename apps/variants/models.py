"""A variant is a named recipe; the delivery policy is what an account allows beyond its variants."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.accounts.models import Account
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import Recipe
from apps.imaging.recipe.hints import list_resolved

MIN_BROWSER_TTL_SECONDS = 3600
MAX_BROWSER_TTL_SECONDS = 31_536_000
# Sooner nothing is made, and later nobody waits.
MIN_AVIF_DEADLINE_MS = 100
MAX_AVIF_DEADLINE_MS = 30_000
_DEADLINE_BOUNDS = [MinValueValidator(MIN_AVIF_DEADLINE_MS), MaxValueValidator(MAX_AVIF_DEADLINE_MS)]
_TTL_BOUNDS = [MinValueValidator(MIN_BROWSER_TTL_SECONDS), MaxValueValidator(MAX_BROWSER_TTL_SECONDS)]


class DeliveryPolicy(models.Model):
    """One row per account, made with it; on the wire, the account's `config`."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="delivery_policy")
    is_flexible = models.BooleanField(default=False)  # options may stand where a variant's name does
    browser_ttl_seconds = models.PositiveIntegerField(default=172_800, validators=_TTL_BOUNDS)
    has_stable_ids = models.BooleanField(default=False)  # a generated id stays when access changes
    has_private_custom_ids = models.BooleanField(default=False)  # images with custom ids may be private
    has_signed_options = models.BooleanField(default=False)  # options on private images, in signed links
    has_extended_names = models.BooleanField(default=False)  # new variants may have hyphen and underscore
    has_original_downloads = models.BooleanField(default=False, db_default=False)  # /<hash>/<id>/original
    fallback_image = models.CharField(max_length=1024, blank=True, db_default="")  # shown where there is none
    # Where remote sources may come from, beside the host they are asked for on; see apps.variants.origins.
    allowed_origins = ArrayField(models.CharField(max_length=300), default=list, db_default=[])

    def __str__(self) -> str:
        return f"delivery policy of {self.account}"


class VariantQuerySet(models.QuerySet["Variant"]):
    def in_account(self, account: Account) -> Self:
        return self.filter(account=account).order_by("name")

    def drawing(self, image_id: str) -> Self:
        """Variants that draw an image of their account onto others."""
        return self.filter(drawn_images__contains=[image_id])

    def rendered_ahead(self) -> Self:
        return self.filter(is_rendered_ahead=True)


class Variant(models.Model):
    """`options` is the recipe's canonical text; `version` counts edits, and purges follow it.

    `fingerprints` (of every recipe that browsers' hints can make of it, mostly one) and `drawn_images` repeat
    the recipe's, so that one SQL statement finds a link's variant, its renditions and its overlays. Another
    format stands in for AVIF that takes longer than `avif_deadline_ms`; null is the platform's.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="variants")
    name = models.CharField(max_length=99)
    options = models.CharField(max_length=2048, blank=True)
    fingerprints = ArrayField(models.CharField(max_length=32), editable=False)
    drawn_images = ArrayField(models.TextField(), default=list, editable=False)
    version = models.PositiveIntegerField(default=1)
    is_public = models.BooleanField(default=False)  # wire: neverRequireSignedURLs
    is_rendered_ahead = models.BooleanField(default=False)
    browser_ttl_seconds = models.PositiveIntegerField(null=True, validators=_TTL_BOUNDS)
    avif_deadline_ms = models.PositiveIntegerField(null=True, validators=_DEADLINE_BOUNDS)
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(auto_now=True)

    objects = VariantQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="variant_name_unique")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        recipe = self.recipe
        self.fingerprints = [resolved.fingerprint for resolved in list_resolved(recipe)]
        self.drawn_images = list(recipe.drawn_images)
        super().save(*args, **kwargs)

    @property
    def recipe(self) -> Recipe:
        return parse(self.options)
