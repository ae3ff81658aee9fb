"""`POST images/v1/purge`: caches forget what they are told to; `GET images/v1/purge/{id}`: have they?

An extension: the original purges by itself only, and nobody can purge one optimised image there. A change
made through this API purges what it must without being asked.
"""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.description import describe
from apps.api.envelope import answer
from apps.api.json_object import read_json
from apps.api.refusals import PurgeNotFound
from apps.api.views.base import AccountView
from apps.cdn.services import PURGE
from apps.fetching.url import FetchUrl
from apps.images.errors import BadSource, ImageNotFound
from apps.images.remote import read_source
from apps.images.services import purge_caches
from apps.outbox.models import Job, JobState
from apps.variants.errors import VariantNotFound

_MAX_NAMED = 100
_VISIBLE = re.compile(r"[\x21-\x7e]+", re.ASCII)
_STATES = {JobState.DONE: "done", JobState.DEAD: "failed"}


class _Names(serializers.ListField):
    def __init__(self) -> None:
        child = serializers.CharField(trim_whitespace=False)
        super().__init__(child=child, default=list, max_length=_MAX_NAMED)


class PurgeInput(serializers.Serializer[Any]):
    example = {"images": ["fruit/pear"], "variants": ["thumbnail"]}

    images = _Names()
    variants = _Names()
    urls = _Names()
    sources = _Names()
    everything = serializers.BooleanField(default=False)

    def validate_urls(self, urls: list[str]) -> list[str]:
        ours = f"{settings.DELIVERY_URL}/{self.context['account_hash']}/"
        for url in urls:
            if not _VISIBLE.fullmatch(url):
                raise serializers.ValidationError(f"{url[:80]} must be percent-encoded")
            if not url.startswith(ours):
                raise serializers.ValidationError(f"the account's links start with {ours}")
        return urls

    def validate_sources(self, sources: list[str]) -> list[FetchUrl]:
        try:
            return [read_source(source) for source in sources]
        except BadSource as error:
            raise serializers.ValidationError(str(error)) from error

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not any(attrs.values()):
            raise serializers.ValidationError(
                'name "images", "variants", "urls" or "sources", or say "everything": true'
            )
        return attrs


class PurgeOutput(serializers.Serializer[Any]):
    """`id` asks later what became of a purge that is pending."""

    example = {"id": "17", "purge": "done"}

    id = serializers.CharField()
    purge = serializers.ChoiceField(choices=["done", "pending", "failed"])


class PurgeList(AccountView):
    @describe(
        "Purges",
        "Purge caches",
        text=(
            "Makes caches forget images, variants, single links, or everything; and caches and this server "
            "the `sources` of `/cdn-cgi/image/`, by their URLs. An extension; changes made by this API purge "
            "what they must by themselves."
        ),
        body=PurgeInput,
        result=PurgeOutput,
        errors=[ImageNotFound, VariantNotFound],
    )
    def post(self, request: Request, account_id: str) -> Response:
        given = PurgeInput(data=read_json(self.wire_request), context={"account_hash": self.account.hash})
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        job, state = purge_caches(
            account=self.account,
            image_ids=asked["images"],
            variant_names=asked["variants"],
            urls=asked["urls"],
            sources=asked["sources"],
            is_everything=asked["everything"],
            actor=self.actor,
        )
        return answer({"id": str(job.pk), "purge": state})


class PurgeDetail(AccountView):
    @describe("Purges", "Follow a purge", result=PurgeOutput, errors=[PurgeNotFound])
    def get(self, request: Request, account_id: str, job_id: int) -> Response:
        job = Job.objects.in_account(self.account).filter(kind=PURGE, pk=job_id).first()
        if job is None:
            raise PurgeNotFound
        return answer({"id": str(job.pk), "purge": _STATES.get(JobState(job.heir.state), "pending")})
