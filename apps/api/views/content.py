"""`PUT images/v1/{id}/content`: other bytes under the id there is; its versions, and going back to one.

Extensions: the original can only delete an image and upload another. A version's number is the one it came
with; numbers have gaps, since a change of access counts too. The image keeps its place in lists.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.description import describe
from apps.api.envelope import Note, answer
from apps.api.fields import FilePart, HexDigest, Timestamp
from apps.api.form import pick_words, receive_form
from apps.api.image_output import ImageOutput, show
from apps.api.views.image import ImageView
from apps.api.views.images import REFUSED_FILES
from apps.cdn.services import PurgeState
from apps.fetching.errors import FetchError
from apps.images.errors import ImageNotFound, OriginalMissing, VersionNotFound
from apps.images.models import FormerOriginal, Image
from apps.images.services import fetch_original, replace_original, restore_original

_PENDING = Note(5202, "The image has other bytes; caches downstream are still being purged")


class ReplacingView(ImageView):
    """A view that gives an image other bytes."""

    def tell(self, image: Image, purge: PurgeState) -> Response:
        return answer(show([image], self.account)[0], messages=[_PENDING] if purge == "pending" else [])


class Content(ReplacingView):
    class Input(serializers.Serializer[Any]):
        url = serializers.CharField(default="", allow_blank=True, trim_whitespace=False)

    class Form(Input):
        example = {"url": "https://example.com/pear.jpg"}

        file = FilePart(required=False)

    @describe(
        "Versions",
        "Replace an image",
        text="Gives the image other bytes under the id there is, by `file` or `url`, and purges caches.",
        form=Form,
        result=ImageOutput,
        errors=[ImageNotFound, FetchError, *REFUSED_FILES],
    )
    def put(self, request: Request, account_id: str, image_id: str) -> Response:
        """Take a form with a `file` or a `url`, and nothing else of an upload's: PATCH is for the words."""
        image = self.find(image_id)
        with receive_form(self.wire_request, max_file_bytes=self.account.max_upload_bytes) as form:
            words = self.Input(data=pick_words(form.words, "url"))
            words.is_valid(raise_exception=True)
            if url := words.validated_data["url"]:
                form.refuse_file_beside("url")
                return self.tell(*fetch_original(image=image, url=url, actor=self.actor))
            name = form.catcher.filename
            replaced = replace_original(image=image, file=form.file, filename=name, actor=self.actor)
        return self.tell(*replaced)


class VersionOutput(serializers.Serializer[Any]):
    """`replaced` is when other bytes took their place; null for those the image has."""

    example = {
        "version": 1,
        "replaced": None,
        "filename": "pear.jpg",
        "width": 4032,
        "height": 3024,
        "format": "jpeg",
        "bytes": 2_345_678,
        "frames": 1,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    }

    version = serializers.IntegerField()
    replaced = Timestamp(source="replaced_at", default=None, allow_null=True)
    filename = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    format = serializers.CharField()
    bytes = serializers.IntegerField(source="size_bytes")
    frames = serializers.IntegerField()
    sha256 = HexDigest()


class VersionList(ImageView):
    class Output(serializers.Serializer[Any]):
        example = {"versions": [VersionOutput.example]}

        versions = VersionOutput(many=True)

    @describe(
        "Versions",
        "List an image's versions",
        text="Newest first, beginning with the bytes the image has. The account says how many are kept.",
        result=Output,
        errors=[ImageNotFound],
    )
    def get(self, request: Request, account_id: str, image_id: str) -> Response:
        """List what the image has and had, newest first; the account says how many are kept."""
        image = self.find(image_id)
        present = FormerOriginal(version=image.original_version, **image.facts())
        return answer(
            {"versions": VersionOutput([present, *image.former_originals.newest()], many=True).data}
        )


class VersionRestore(ReplacingView):
    @describe(
        "Versions",
        "Restore a version",
        text="Gives the image the bytes it had; those it has now become a version.",
        result=ImageOutput,
        errors=[ImageNotFound, VersionNotFound, OriginalMissing],
    )
    def post(self, request: Request, account_id: str, image_id: str, version: int) -> Response:
        restored = restore_original(image=self.find(image_id), version=version, actor=self.actor)
        return self.tell(*restored)
