"""`POST images/v1/bulk`: one action for many images; `GET images/v1/bulk/{id}`: how far has it come?

An extension. It is done by workers, a slice at a time; an image that refuses is told and stops no other.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.description import describe
from apps.api.envelope import answer
from apps.api.json_object import read_json
from apps.api.metadata_filters import FILTERS, is_condition, read_object
from apps.api.refusals import BulkNotFound
from apps.api.views.base import AccountView
from apps.images.errors import BadTags, ImageNotFound
from apps.images.models import BulkAction, BulkChange
from apps.images.search import MAX_CHARACTERS, MIN_CHARACTERS
from apps.images.services import BULK, start_bulk
from apps.outbox.models import Job, JobState

_MAX_IDS = 1000


class BulkFilter(serializers.Serializer[Any]):
    """Images that meet all of these, and were there when the change was asked for.

    Conditions on metadata are named, and their values written, as in the query of a list. A name that is not
    known is refused: without what it was to say, too many images would be changed.
    """

    example = {"tag": "season-2025", "meta.stock[lte:number]": "3"}
    patterns = FILTERS["patternProperties"]

    creator = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    tag = serializers.CharField(required=False)
    q = serializers.CharField(required=False, min_length=MIN_CHARACTERS, max_length=MAX_CHARACTERS)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        asked: dict[str, Any] = super().to_internal_value(data)
        for name in data:
            if name not in self.fields and not is_condition(name):
                raise serializers.ValidationError({name: "This is not a filter."})
        return asked | {"conditions": read_object(data)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs == {"conditions": ()}:
            raise serializers.ValidationError('name "creator", "tag", "q" or a condition on "meta"')
        return attrs | ({"creator": attrs["creator"] or None} if "creator" in attrs else {})


class BulkInput(serializers.Serializer[Any]):
    example = {"action": "add_tags", "filter": {"creator": "olive"}, "tags": ["season-2026"]}

    action = serializers.ChoiceField(choices=BulkAction.choices)
    ids = serializers.ListField(
        child=serializers.CharField(trim_whitespace=False), required=False, min_length=1, max_length=_MAX_IDS
    )
    filter = BulkFilter(required=False)
    requireSignedURLs = serializers.BooleanField(required=False)
    tags = serializers.ListField(child=serializers.CharField(), required=False, min_length=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("ids" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError('name images by "ids" or by "filter", and not by both')
        needs = {BulkAction.SET_ACCESS: "requireSignedURLs"}
        needs |= dict.fromkeys((BulkAction.ADD_TAGS, BulkAction.REMOVE_TAGS), "tags")
        needed = needs.get(BulkAction(attrs["action"]))
        for name in ("requireSignedURLs", "tags"):
            if (name in attrs) != (name == needed):
                verb = "needs" if name == needed else "does not take"
                raise serializers.ValidationError(f'"{attrs["action"]}" {verb} "{name}"')
        return attrs


class BulkRefusal(serializers.Serializer[Any]):
    example = {"id": "fruit/pear", "reason": "an image may have at most 50 tags, these are 51"}

    id = serializers.CharField()
    reason = serializers.CharField()


class BulkOutput(serializers.Serializer[Any]):
    """`refusals` are the first of those that `refused` counts; an image that went meanwhile is in neither."""

    example = {
        "id": "17",
        "action": "add_tags",
        "state": "done",
        "total": 120,
        "changed": 119,
        "refused": 1,
        "refusals": [BulkRefusal.example],
    }

    id = serializers.CharField(source="pk")
    action = serializers.CharField()
    state = serializers.SerializerMethodField()
    total = serializers.IntegerField()
    changed = serializers.IntegerField()
    refused = serializers.IntegerField()
    refusals = BulkRefusal(many=True)

    def get_state(self, change: BulkChange) -> str:
        if change.finished_at is not None:
            return "done"
        dead = Job.objects.filter(kind=BULK, state=JobState.DEAD, payload__bulk=change.pk)
        return "failed" if dead.exists() else "pending"


class BulkList(AccountView):
    @describe(
        "Bulk changes",
        "Change many images",
        text=(
            "Deletes images, sets who may see them, or adds or removes tags: of up to 1000 named by "
            "`ids`, or of all that meet a `filter`: `creator`, `tag`, `q`, `meta.<path>[<operator>]`. "
            "Answers at once; ask for its state by its `id`. An extension."
        ),
        body=BulkInput,
        result=BulkOutput,
        errors=[ImageNotFound, BadTags],
    )
    def post(self, request: Request, account_id: str) -> Response:
        given = BulkInput(data=read_json(self.wire_request))
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        conditions = asked.get("filter", {}).pop("conditions", ())
        change = start_bulk(
            account=self.account,
            action=BulkAction(asked["action"]),
            image_ids=asked.get("ids"),
            filters=asked.get("filter"),
            conditions=conditions,
            is_private=asked.get("requireSignedURLs"),
            tags=asked.get("tags", ()),
            actor=self.actor,
        )
        return answer(BulkOutput(change).data)


class BulkDetail(AccountView):
    @describe("Bulk changes", "Follow a bulk change", result=BulkOutput, errors=[BulkNotFound])
    def get(self, request: Request, account_id: str, job_id: int) -> Response:
        change = BulkChange.objects.in_account(self.account).filter(pk=job_id).first()
        if change is None:
            raise BulkNotFound
        return answer(BulkOutput(change).data)
