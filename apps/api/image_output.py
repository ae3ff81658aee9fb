"""The Image object as the wire has it (catalogue §2.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.models import Account
from apps.api.fields import HexDigest, TextOrNull, Timestamp
from apps.api.focal_point import FocalPoint, write_point
from apps.images.links import write_link
from apps.images.models import Image
from apps.variants.models import Variant

# What an owner wrote of an image is not for whoever uploads it.
_OWNERS = frozenset({"meta", "creator"})
_PICTURE = (
    *("width", "height", "format", "bytes", "frames", "sha256"),
    *("placeholder", "dominant_color", "version"),
)


# What these write is what they read: a column's own value.
_PLAIN = {
    serializers.BooleanField,
    serializers.CharField,
    serializers.DictField,
    serializers.IntegerField,
    serializers.ListField,
}


def _make_reader(field: serializers.Field[Any, Any, Any, Any]) -> Callable[[Image], Any]:
    if isinstance(field, serializers.SerializerMethodField):
        return field.to_representation
    read = attrgetter(".".join(field.source_attrs))
    if type(field) in _PLAIN:
        return read
    return lambda image: None if (value := read(image)) is None else field.to_representation(value)


class ImageOutput(serializers.ModelSerializer[Image]):
    """An image. From `alt` on, fields the original does not have; of a draft's picture there are none."""

    example = {
        "id": "083eb7b2-5392-4565-b69e-aff66acddd00",
        "filename": "pear.jpg",
        "uploaded": "2026-01-31T16:39:28.458Z",
        "requireSignedURLs": False,
        "variants": [
            "https://pictures.example.com/Vi7wi5KSItxGFsWRG2Us6Q/083eb7b2-5392-4565-b69e-aff66acddd00/public"
        ],
        "meta": {"album": "fruit"},
        "creator": None,
        "alt": "A ripe pear",
        "tags": ["fruit"],
        "focal_point": {"x": 0.5, "y": 0.25},
        "width": 4032,
        "height": 3024,
        "format": "jpeg",
        "bytes": 2_345_678,
        "frames": 1,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "placeholder": "1QcSHQRnh493V4dIh4eXh1h4kJUI",
        "dominant_color": "#8a7f70",
        "version": 1,
    }

    id = serializers.CharField(source="public_id")
    uploaded = Timestamp(source="uploaded_at")
    requireSignedURLs = serializers.BooleanField(source="is_private")
    variants = serializers.SerializerMethodField()
    meta = serializers.DictField(source="metadata")
    bytes = serializers.IntegerField(source="size_bytes")
    alt = serializers.CharField(source="alt_text")
    tags = serializers.ListField(child=serializers.CharField())
    focal_point = serializers.SerializerMethodField()
    sha256 = HexDigest()
    placeholder = TextOrNull(source="thumbhash")
    dominant_color = TextOrNull(source="dominant_colour")
    version = serializers.IntegerField(source="original_version")
    draft = serializers.BooleanField(source="is_draft")

    sometimes = (*_PICTURE, "draft")

    class Meta:
        model = Image
        fields: tuple[str, ...] = (
            *(
                "id",
                "filename",
                "uploaded",
                "requireSignedURLs",
                "variants",
                "meta",
                "creator",
                "alt",
                "tags",
                "focal_point",
            ),
            *_PICTURE,
            "draft",
        )

    def to_representation(self, instance: Image) -> dict[str, Any]:
        """Return a draft without facts of a picture that is not there; only it says `draft`."""
        missing = _PICTURE if instance.is_draft else ("draft",)
        shown = {name: read(instance) for name, read in self._readers.items() if name not in missing}
        if instance.is_draft:
            shown["uploaded"] = Timestamp().to_representation(instance.created_at)
        return shown

    @cached_property
    def _readers(self) -> dict[str, Callable[[Image], Any]]:
        """What reads each field, settled once: REST framework does so for each image anew."""
        return {name: _make_reader(field) for name, field in self.fields.items()}

    @extend_schema_field(FocalPoint(allow_null=True))
    def get_focal_point(self, image: Image) -> dict[str, float] | None:
        return write_point(image.focal_points)

    def get_variants(self, image: Image) -> list[str]:
        # Encoded once per image: a page has ten thousand, an account a hundred variants, and their names
        # need no encoding.
        start = settings.DELIVERY_URL + write_link(self.context["account_hash"], image.public_id, "")
        return [start + name for name in self.context["variant_names"]]


class GuestImageOutput(ImageOutput):
    """An image for somebody who may upload it and no more."""

    example = {name: value for name, value in ImageOutput.example.items() if name not in _OWNERS}

    class Meta(ImageOutput.Meta):
        fields = tuple(name for name in ImageOutput.Meta.fields if name not in _OWNERS)


def show(
    images: Sequence[Image] | QuerySet[Image], account: Account, *, shape: type[ImageOutput] = ImageOutput
) -> list[dict[str, Any]]:
    """Return images as the wire has them; the account's variants are read once for all."""
    names = list(Variant.objects.in_account(account).values_list("name", flat=True))
    context = {"account_hash": account.hash, "variant_names": names}
    return list(shape(images, many=True, context=context).data)
