"""Images on the wire: upload, list, count (catalogue §2.3 to §2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.errors import QuotaExceeded
from apps.api.description import describe
from apps.api.envelope import answer
from apps.api.fields import FilePart
from apps.api.focal_point import FocalPoint, pick_point, read_point
from apps.api.form import UploadForm, pick_tags, pick_words, receive_form
from apps.api.image_output import ImageOutput, show
from apps.api.metadata import read_metadata
from apps.api.views.base import AccountView
from apps.fetching.errors import FetchError
from apps.images.errors import (
    BadAltText,
    BadCreator,
    BadImageId,
    BadMetadata,
    BadTags,
    EmptyUpload,
    ImageExists,
    PrivateCustomId,
    UploadTooLarge,
)
from apps.images.models import Image
from apps.images.services import fetch_image, upload_image
from apps.imaging.errors import ImagingError

_WORDS = ("id", "requireSignedURLs", "creator", "alt", "url")
_REFUSED_WORDS = (
    ImageExists,
    BadImageId,
    BadMetadata,
    BadCreator,
    BadAltText,
    BadTags,
    PrivateCustomId,
)
# What can be wrong with the bytes of any upload.
REFUSED_FILES = (EmptyUpload, UploadTooLarge, ImagingError, QuotaExceeded)


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
        alt = serializers.CharField(default="", allow_blank=True, trim_whitespace=False)
        tags = serializers.ListField(child=serializers.CharField(), default=list)
        focal_point = FocalPoint(default=None, allow_null=True)
        url = serializers.CharField(default="", allow_blank=True, trim_whitespace=False)

    class Form(Input):
        """The whole form: a picture as `file`, or the address of one as `url`."""

        example = {"url": "https://example.com/pear.jpg", "id": "fruit/pear", "metadata": {"album": "fruit"}}

        file = FilePart(required=False)
        metadata = serializers.DictField(required=False)

    class Output(serializers.Serializer[Any]):
        """The page, twice: the SDKs read `items`, the original answers `images`."""

        example = {"images": [ImageOutput.example], "items": [ImageOutput.example]}

        images = ImageOutput(many=True)
        items = ImageOutput(many=True)

    @describe(
        "Images",
        "List images by pages",
        text=(
            "Newest first, drafts left out. An empty `creator` asks for the images that name none. A page "
            "behind the last is empty."
        ),
        query=Query,
        result=Output,
    )
    def get(self, request: Request, account_id: str) -> Response:
        query = self.Query(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        images = Image.objects.in_account(self.account).live().newest()
        if "creator" in asked:
            images = images.of_creator(asked["creator"] or None)
        start = (asked["page"] - 1) * asked["per_page"]
        found = images[start : start + asked["per_page"]]
        if start:
            # Inside, the index alone counts off what is skipped: rows are read of this page only.
            found = Image.objects.filter(pk__in=found.values("pk")).newest()
        page = show(found, self.account)
        # Cloudflare answers `images`; its SDKs read `items` (catalogue §0.4). Both make both work.
        return answer({"images": page, "items": page})

    @describe(
        "Images",
        "Upload an image",
        text=(
            "Send `file`, or `url` for the server to fetch; never both. What the part says of its type is "
            "not looked at. An own `id` may have slashes; it must not look like a UUID. `alt`, `tags` "
            "(a part each) and `focal_point` (JSON) are extensions."
        ),
        form=Form,
        result=ImageOutput,
        errors=[*REFUSED_FILES, *_REFUSED_WORDS, FetchError],
    )
    def post(self, request: Request, account_id: str) -> Response:
        with receive_form(self.wire_request, max_file_bytes=self.account.max_upload_bytes) as form:
            metadata = read_metadata(form.words)
            told = pick_words(form.words, *_WORDS) | pick_tags(form.words) | pick_point(form.words)
            words = self.Input(data=told)
            words.is_valid(raise_exception=True)
            image = self._keep(form, words.validated_data, metadata)
        return answer(show([image], self.account)[0])

    def _keep(self, form: UploadForm, words: Mapping[str, Any], metadata: dict[str, Any] | None) -> Image:
        told: dict[str, Any] = {
            "account": self.account,
            "image_id": words["id"],
            "metadata": metadata,
            "is_private": words["requireSignedURLs"],
            "creator": words["creator"],
            "alt_text": words["alt"],
            "tags": words["tags"],
            "focal_point": read_point(words["focal_point"]),
            "actor": self.actor,
        }
        if not words["url"]:
            return upload_image(file=form.file, filename=form.catcher.filename, **told)
        form.refuse_file_beside("url")
        return fetch_image(url=words["url"], **told)


class ImageStats(AccountView):
    class Output(serializers.Serializer[Any]):
        class Count(serializers.Serializer[Any]):
            current = serializers.IntegerField()
            allowed = serializers.IntegerField()

        example = {"count": {"current": 12, "allowed": 100_000}}

        count = Count()

    @describe("Images", "Count images", result=Output)
    def get(self, request: Request, account_id: str) -> Response:
        """Say how many images the account holds and may hold; those just coming in count."""
        count = {"current": self.account.images_used, "allowed": self.account.images_limit}
        return answer({"count": count})
