"""Images on the wire: upload, list, look at, delete (catalogue §2.2 to §2.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import Account
from apps.api.envelope import Note, answer
from apps.api.fields import HexDigest, Timestamp
from apps.api.form import receive_form
from apps.api.metadata import read_metadata
from apps.api.refusals import BadPart
from apps.api.views.base import AccountView
from apps.images.errors import ImageNotFound
from apps.images.links import write_link
from apps.images.models import Image
from apps.images.services import delete_image, upload_image
from apps.variants.models import Variant

_PURGE_PENDING = Note(5202, "The image is deleted; caches downstream are still being purged")


class ImageOutput(serializers.ModelSerializer[Image]):
    """The Image object; from `width` on, fields the original does not have. Context: see `show`."""

    id = serializers.CharField(source="public_id")
    uploaded = Timestamp(source="uploaded_at")
    requireSignedURLs = serializers.BooleanField(source="is_private")
    variants = serializers.SerializerMethodField()
    meta = serializers.JSONField(source="metadata")
    bytes = serializers.IntegerField(source="size_bytes")
    sha256 = HexDigest()

    class Meta:
        model = Image
        fields = (
            *("id", "filename", "uploaded", "requireSignedURLs", "variants", "meta", "creator"),
            *("width", "height", "format", "bytes", "frames", "sha256"),
        )

    def get_variants(self, image: Image) -> list[str]:
        account_hash = self.context["account_hash"]
        return [
            settings.DELIVERY_URL + write_link(account_hash, image.public_id, name)
            for name in self.context["variant_names"]
        ]


def show(images: Sequence[Image] | QuerySet[Image], account: Account) -> list[dict[str, Any]]:
    """Return images as the wire has them; the account's variants are read once for all."""
    names = list(Variant.objects.in_account(account).values_list("name", flat=True))
    context = {"account_hash": account.hash, "variant_names": names}
    return list(ImageOutput(images, many=True, context=context).data)


class ImageList(AccountView):
    class Query(serializers.Serializer[Any]):
        page = serializers.IntegerField(default=1, min_value=1, max_value=10**9)
        per_page = serializers.IntegerField(default=1000, min_value=10, max_value=10_000)
        creator = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)

    class Input(serializers.Serializer[Any]):
        """The words of an upload's form, but for metadata."""

        id = serializers.CharField(default=None, allow_blank=True, trim_whitespace=False)
        requireSignedURLs = serializers.BooleanField(default=False)
        creator = serializers.CharField(default=None, allow_blank=True, trim_whitespace=False)

    def get(self, request: Request, account_id: str) -> Response:
        query = self.Query(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        images = Image.objects.in_account(self.account).live().newest()
        if "creator" in asked:
            images = images.of_creator(asked["creator"] or None)
        start = (asked["page"] - 1) * asked["per_page"]
        page = show(images[start : start + asked["per_page"]], self.account)
        # Cloudflare answers `images`; its SDKs read `items` (catalogue §0.4). Both make both work.
        return answer({"images": page, "items": page})

    def post(self, request: Request, account_id: str) -> Response:
        with receive_form(self.wire_request, max_file_bytes=self.account.max_upload_bytes) as form:
            metadata = read_metadata(form.words)
            words = self.Input(data=_read_once(form.words, self.Input().fields))
            words.is_valid(raise_exception=True)
            image = upload_image(
                account=self.account,
                file=form.file,
                filename=form.catcher.filename,
                image_id=words.validated_data["id"],
                metadata=metadata,
                is_private=words.validated_data["requireSignedURLs"],
                creator=words.validated_data["creator"],
                actor=self.actor,
            )
        return answer(show([image], self.account)[0])


class ImageView(AccountView):
    """A view about one image of the account."""

    def find(self, image_id: str) -> Image:
        image = Image.objects.in_account(self.account).live().filter(public_id=image_id).first()
        if image is None:
            raise ImageNotFound
        return image


class ImageDetail(ImageView):
    def get(self, request: Request, account_id: str, image_id: str) -> Response:
        return answer(show([self.find(image_id)], self.account)[0])

    def delete(self, request: Request, account_id: str, image_id: str) -> Response:
        purge = delete_image(image=self.find(image_id), actor=self.actor)
        return answer({}, messages=[_PURGE_PENDING] if purge == "pending" else [])


def _read_once(words: Mapping[str, Sequence[str]], names: Mapping[str, Any]) -> dict[str, str]:
    """Return the parts an upload knows, each given at most once."""
    if any(words.get("url", ())):
        raise BadPart("url", 'is not offered by this server: send the picture itself as "file"')
    for name in names:
        if len(words.get(name, ())) > 1:
            raise BadPart(name, "may stand once in the form")
    return {name: words[name][0] for name in names if name in words}
