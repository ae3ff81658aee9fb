"""The Image object as the wire has it (catalogue §2.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from rest_framework import serializers

from apps.accounts.models import Account
from apps.api.fields import HexDigest, Timestamp
from apps.images.links import write_link
from apps.images.models import Image
from apps.variants.models import Variant

_PICTURE = ("width", "height", "format", "bytes", "frames", "sha256", "version")


class ImageOutput(serializers.ModelSerializer[Image]):
    """From `width` on, fields the original does not have. Context: see `show`."""

    id = serializers.CharField(source="public_id")
    uploaded = Timestamp(source="uploaded_at")
    requireSignedURLs = serializers.BooleanField(source="is_private")
    variants = serializers.SerializerMethodField()
    meta = serializers.JSONField(source="metadata")
    bytes = serializers.IntegerField(source="size_bytes")
    sha256 = HexDigest()
    version = serializers.IntegerField(source="original_version")

    class Meta:
        model = Image
        fields: tuple[str, ...] = (
            *("id", "filename", "uploaded", "requireSignedURLs", "variants", "meta", "creator"),
            *_PICTURE,
        )

    def to_representation(self, instance: Image) -> dict[str, Any]:
        """Return a draft without facts of a picture that is not there; only it says `draft`."""
        shown = super().to_representation(instance)
        if instance.is_draft:
            shown = {name: shown[name] for name in shown if name not in _PICTURE}
            shown |= {"uploaded": Timestamp().to_representation(instance.created_at), "draft": True}
        return shown

    def get_variants(self, image: Image) -> list[str]:
        # Encoded once per image: a page has ten thousand, an account a hundred variants, and their names
        # need no encoding.
        start = settings.DELIVERY_URL + write_link(self.context["account_hash"], image.public_id, "")
        return [start + name for name in self.context["variant_names"]]


def show(images: Sequence[Image] | QuerySet[Image], account: Account) -> list[dict[str, Any]]:
    """Return images as the wire has them; the account's variants are read once for all."""
    names = list(Variant.objects.in_account(account).values_list("name", flat=True))
    context = {"account_hash": account.hash, "variant_names": names}
    return list(ImageOutput(images, many=True, context=context).data)
