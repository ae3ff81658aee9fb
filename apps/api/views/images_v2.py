"""The list of images that can be sorted, filtered and continued (catalogue §2.5)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.continuation import NAME as CONTINUATION
from apps.api.continuation import read_token, write_token
from apps.api.description import describe
from apps.api.envelope import answer
from apps.api.image_output import ImageOutput, show
from apps.api.metadata_filters import FILTERS, read_conditions
from apps.api.views.base import AccountView
from apps.images.listing import Filters, Order, list_page
from apps.images.models import Image
from apps.images.search import MAX_CHARACTERS, MIN_CHARACTERS


class ImageListV2(AccountView):
    class Query(serializers.Serializer[Any]):
        continuation_token = serializers.CharField(default="", allow_blank=True)
        creator = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
        per_page = serializers.IntegerField(default=1000, min_value=10, max_value=10_000)
        q = serializers.CharField(required=False, min_length=MIN_CHARACTERS, max_length=MAX_CHARACTERS)
        tag = serializers.CharField(required=False)
        sort_order = serializers.ChoiceField(choices=["asc", "desc"], default="desc")

    class Output(serializers.Serializer[Any]):
        example = {"images": [ImageOutput.example], "continuation_token": None}

        images = ImageOutput(many=True)
        continuation_token = serializers.CharField(allow_null=True)

    @describe(
        "Images",
        "List images",
        text=(
            "By the time of their upload. `continuation_token` asks for what follows; it is null on the "
            "last page. `meta.<path>[<operator>]` filters by metadata, by up to five conditions that must "
            "all hold: `eq`, `in` (values separated by `|`), and of numbers `gt`, `gte`, `lt`, `lte`; "
            "`:number` and `:boolean` behind an operator say what a value is. `tag` and `q` are "
            "extensions: `q` is a part of the id, filename, creator, alt text, tags or metadata."
        ),
        query=Query,
        filters=FILTERS,
        result=Output,
    )
    def get(self, request: Request, account_id: str) -> Response:
        query = self.Query(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        token, size = asked.pop(CONTINUATION), asked.pop("per_page")
        conditions = read_conditions(request.query_params)
        # What a token is bound to: all that decides which images are in the list, and in which order.
        listed = asked | {"account": self.account.pk, "conditions": [str(one) for one in conditions]}
        images = Image.objects.in_account(self.account).live()
        if "creator" in asked:
            images = images.of_creator(asked["creator"] or None)
        found = list_page(
            images,
            account=self.account,
            filters=Filters(tag=asked.get("tag"), text=asked.get("q"), conditions=conditions),
            order=Order(is_newest_first=asked["sort_order"] == "desc"),
            place=read_token(token, listed) if token else None,
            size=size + 1,
        )
        page = found[:size]
        following = write_token(page[-1], listed) if len(found) > size else None
        return answer({"images": show(page, self.account), CONTINUATION: following})
