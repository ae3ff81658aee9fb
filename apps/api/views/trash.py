"""`images/v1/trash`: what was deleted and can be had again; an extension, and empty by default.

How many days an account has is its operator's to say. What is in the trash counts in the quota until it
is removed, by time or by `DELETE images/v1/trash`.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.description import describe
from apps.api.envelope import answer
from apps.api.fields import Timestamp
from apps.api.image_output import ImageOutput, show
from apps.api.views.base import AccountView
from apps.api.views.image import ImageView
from apps.images.errors import ImageExists, ImageNotFound
from apps.images.models import Image
from apps.images.services import empty_trash, restore_image


class TrashedOutput(ImageOutput):
    """An image without links, for none would work."""

    variants = None  # type: ignore[assignment]  # how REST framework drops an inherited field
    deleted = Timestamp(source="deleted_at")
    removed = Timestamp(source="trashed_until")

    example = {
        **{name: value for name, value in ImageOutput.example.items() if name != "variants"},
        "deleted": "2026-02-01T09:00:00.000Z",
        "removed": "2026-03-03T09:00:00.000Z",
    }

    class Meta(ImageOutput.Meta):
        fields = (*(name for name in ImageOutput.Meta.fields if name != "variants"), "deleted", "removed")


class Trash(AccountView):
    class Query(serializers.Serializer[Any]):
        page = serializers.IntegerField(default=1, min_value=1, max_value=10**9)
        per_page = serializers.IntegerField(default=1000, min_value=10, max_value=10_000)

    class Output(serializers.Serializer[Any]):
        example = {"images": [TrashedOutput.example]}

        images = TrashedOutput(many=True)

    class Emptied(serializers.Serializer[Any]):
        example = {"count": 3}

        count = serializers.IntegerField()

    @describe(
        "Trash",
        "List the trash",
        text="Deleted last first; `removed` is when an image will be gone for good. An extension.",
        query=Query,
        result=Output,
    )
    def get(self, request: Request, account_id: str) -> Response:
        """List the trash, deleted last first; `removed` is when an image will be gone for good."""
        query = self.Query(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        size = query.validated_data["per_page"]
        start = (query.validated_data["page"] - 1) * size
        images = Image.objects.in_account(self.account).trashed().deleted_last()
        return answer({"images": TrashedOutput(images[start : start + size], many=True).data})

    @describe(
        "Trash", "Empty the trash", text="Answers with how many images are gone for good.", result=Emptied
    )
    def delete(self, request: Request, account_id: str) -> Response:
        return answer({"count": empty_trash(account=self.account, actor=self.actor)})


class Restore(ImageView):
    images = Image.objects.trashed().deleted_last()

    @describe(
        "Trash",
        "Restore an image",
        text="Takes the image out of the trash that was deleted last under this id.",
        result=ImageOutput,
        errors=[ImageNotFound, ImageExists],
    )
    def post(self, request: Request, account_id: str, image_id: str) -> Response:
        """Restore the image that was deleted last under this id."""
        restored = restore_image(image=self.find(image_id), actor=self.actor)
        return answer(show([restored], self.account)[0])
