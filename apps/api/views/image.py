"""One image on the wire: look at it, edit it, delete it, and its original (catalogue §2.3, §2.6)."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.unchanged import Unchanged
from apps.api.description import describe
from apps.api.envelope import Note, answer
from apps.api.focal_point import NAME as POINT
from apps.api.focal_point import FocalPoint, pick_point, read_point
from apps.api.form import is_form, pick_tags, pick_words, read_words
from apps.api.image_output import ImageOutput, show
from apps.api.json_object import read_json
from apps.api.metadata import NAME as METADATA
from apps.api.metadata import read_metadata
from apps.api.views.base import AccountView
from apps.images.errors import (
    BadAltText,
    BadCreator,
    BadMetadata,
    BadTags,
    ImageNotFound,
    OriginalMissing,
    PrivateCustomId,
)
from apps.images.models import Image
from apps.images.services import delete_image, edit_image
from apps.images.sources import open_original
from apps.imaging.source import SourceFormat

_DELETE_PENDING = Note(5202, "The image is deleted; caches downstream are still being purged")
_EDIT_PENDING = Note(5202, "The image is changed; caches downstream are still being purged")


class ImageView(AccountView):
    """A view about one image of the account."""

    images = Image.objects.live()

    def find(self, image_id: str) -> Image:
        image = self.images.in_account(self.account).filter(public_id=image_id).first()
        if image is None:
            raise ImageNotFound
        return image


class ImageDetail(ImageView):
    """Drafts can be seen here, to ask whether they were used; edited, and deleted with their grants."""

    images = Image.objects.present()

    class Input(serializers.Serializer[Any]):
        """What may be changed; a field that is missing stays, null empties it."""

        example = {"metadata": {"album": "fruit"}, "requireSignedURLs": True}

        metadata = serializers.DictField(required=False, allow_null=True)
        creator = serializers.CharField(
            required=False, allow_null=True, allow_blank=True, trim_whitespace=False
        )
        requireSignedURLs = serializers.BooleanField(required=False)
        alt = serializers.CharField(required=False, allow_null=True, allow_blank=True, trim_whitespace=False)
        tags = serializers.ListField(child=serializers.CharField(), required=False, allow_null=True)
        focal_point = FocalPoint(required=False, allow_null=True)

    @describe(
        "Images",
        "Get an image",
        text="A draft says `draft: true` until its picture is uploaded.",
        result=ImageOutput,
        errors=[ImageNotFound],
    )
    def get(self, request: Request, account_id: str, image_id: str) -> Response:
        return answer(show([self.find(image_id)], self.account)[0])

    @describe(
        "Images",
        "Edit an image",
        text=(
            "What is not named stays; `metadata` and `tags` are replaced as a whole. A change of "
            "`requireSignedURLs` gives the image another id, unless the account keeps ids, and purges "
            "what caches hold of it; variants that draw it follow. `focal_point` is what `gravity=auto` and "
            "`face` keep from now on; null has it found again, and other bytes have none."
        ),
        body=Input,
        form=Input,
        result=ImageOutput,
        errors=[ImageNotFound, BadMetadata, BadCreator, BadAltText, BadTags, PrivateCustomId],
    )
    def patch(self, request: Request, account_id: str, image_id: str) -> Response:
        """Read JSON as the SDKs send it, or a form as Terraform does; the id may be another one after."""
        image = self.find(image_id)
        given = self.Input(data=self._read_changes())
        given.is_valid(raise_exception=True)
        changes = given.validated_data
        image, purge = edit_image(
            image=image,
            metadata=(changes[METADATA] or {}) if METADATA in changes else None,
            creator=changes.get("creator", Unchanged.UNCHANGED),
            is_private=changes.get("requireSignedURLs"),
            alt_text=(changes["alt"] or "") if "alt" in changes else None,
            tags=(changes["tags"] or []) if "tags" in changes else None,
            focal_point=read_point(changes[POINT]) if POINT in changes else Unchanged.UNCHANGED,
            actor=self.actor,
        )
        messages = [_EDIT_PENDING] if purge == "pending" else []
        return answer(show([image], self.account)[0], messages=messages)

    @describe("Images", "Delete an image", errors=[ImageNotFound])
    def delete(self, request: Request, account_id: str, image_id: str) -> Response:
        purge = delete_image(image=self.find(image_id), actor=self.actor)
        return answer({}, messages=[_DELETE_PENDING] if purge == "pending" else [])

    def _read_changes(self) -> dict[str, Any]:
        if not is_form(self.wire_request):
            return read_json(self.wire_request)
        words = read_words(self.wire_request)
        metadata = read_metadata(words)
        changes: dict[str, Any] = {} if metadata is None else {METADATA: metadata}
        changes |= pick_tags(words) | pick_point(words)
        return changes | pick_words(words, "creator", "requireSignedURLs", "alt")


class ImageBlob(ImageView):
    """The original's own bytes under their own type; a browser may only keep them, not open them.

    They are a stranger's, and of an SVG not even sanitised.
    """

    @describe(
        "Images",
        "Get an original",
        text="The bytes as they were sent, under the type that they are.",
        raw=[known.content_type for known in SourceFormat],
        errors=[ImageNotFound, OriginalMissing],
    )
    def get(self, request: Request, account_id: str, image_id: str) -> FileResponse:
        image = self.find(image_id)
        response = FileResponse(
            open_original(image.storage_key),
            as_attachment=True,
            filename=image.filename or "original",
            content_type=SourceFormat(image.format).content_type,
        )
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["Content-Length"] = str(image.size_bytes)
        response["ETag"] = f'"{bytes(image.sha256).hex()}"'
        return response
