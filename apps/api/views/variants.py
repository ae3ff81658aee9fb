"""Variants on the wire (catalogue §2.3, §2.8, §3)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.description import describe
from apps.api.envelope import Note, answer
from apps.api.json_object import read_json
from apps.api.views.base import AccountView
from apps.images.errors import OverlayNotFound
from apps.imaging.errors import OptionsError, OverlayIsSvg
from apps.imaging.options.grammar import to_mapping
from apps.variants.errors import (
    BadAvifDeadline,
    BadBrowserTtl,
    BadVariantName,
    TooManyVariants,
    VariantExists,
    VariantNotFound,
    VariantProtected,
)
from apps.variants.models import Variant
from apps.variants.services import create_variant, delete_variant, edit_variant

_BROWSER_TTL = "browser_ttl"
_AVIF_DEADLINE = "avif_deadline_ms"
_REFUSED_OPTIONS = (OptionsError, BadBrowserTtl, BadAvifDeadline, OverlayNotFound, OverlayIsSvg)
_PURGE_PENDING = Note(5202, "The variant is changed; caches downstream are still being purged")


class VariantOutput(serializers.ModelSerializer[Variant]):
    id = serializers.CharField(source="name")
    options = serializers.SerializerMethodField()
    neverRequireSignedURLs = serializers.BooleanField(source="is_public")

    example = {
        "id": "thumbnail",
        "options": {"fit": "cover", "metadata": "copyright", "width": 200, "height": 200},
        "neverRequireSignedURLs": False,
    }

    class Meta:
        model = Variant
        fields = ("id", "options", "neverRequireSignedURLs")

    def get_options(self, variant: Variant) -> dict[str, Any]:
        recipe = variant.recipe
        # The original always tells these; clients that compare what they asked for miss them otherwise.
        options = {"fit": recipe.fit.value, "metadata": recipe.metadata.value, **to_mapping(recipe)}
        if variant.browser_ttl_seconds is not None:
            options[_BROWSER_TTL] = variant.browser_ttl_seconds
        if variant.avif_deadline_ms is not None:
            options[_AVIF_DEADLINE] = variant.avif_deadline_ms
        return options


class VariantInput(serializers.Serializer[Any]):
    """Options are the recipe's business, but for those that say how the result is delivered."""

    example: dict[str, Any] = {"options": {"fit": "cover", "width": 300, "height": 300}}

    options = serializers.DictField()
    neverRequireSignedURLs = serializers.BooleanField(required=False)

    class Delivery(serializers.Serializer[Any]):
        browser_ttl = serializers.IntegerField(default=None, allow_null=True)
        avif_deadline_ms = serializers.IntegerField(default=None, allow_null=True)

    def validate_options(self, options: dict[str, Any]) -> dict[str, Any]:
        """Move what is no option of the recipe's out of the options."""
        delivery = self.Delivery(data=options)
        delivery.is_valid(raise_exception=True)
        recipe = {name: value for name, value in options.items() if name not in delivery.fields}
        return {"recipe": recipe, **delivery.validated_data}


class NewVariantInput(VariantInput):
    example = {"id": "thumbnail", "options": {"fit": "cover", "width": 200, "height": 200}}

    id = serializers.CharField(trim_whitespace=False)


class VariantAnswer(serializers.Serializer[Any]):
    example = {"variant": VariantOutput.example}

    variant = VariantOutput()


class VariantList(AccountView):
    class Output(serializers.Serializer[Any]):
        """The variants by their names."""

        example = {"variants": {"thumbnail": VariantOutput.example}}

        variants = serializers.DictField(child=VariantOutput())

    @describe("Variants", "List variants", result=Output)
    def get(self, request: Request, account_id: str) -> Response:
        variants = VariantOutput(Variant.objects.in_account(self.account), many=True).data
        return answer({"variants": {variant["id"]: variant for variant in variants}})

    @describe(
        "Variants",
        "Make a variant",
        text=(
            "`options` take every option that links do, and `browser_ttl`: seconds that browsers keep the "
            "result; and `avif_deadline_ms`: how long AVIF may take before another format stands in for it. "
            "One that is not known is refused by name."
        ),
        body=NewVariantInput,
        result=VariantAnswer,
        errors=[VariantExists, BadVariantName, TooManyVariants, *_REFUSED_OPTIONS],
    )
    def post(self, request: Request, account_id: str) -> Response:
        asked = _read(NewVariantInput, request)
        variant = create_variant(
            account=self.account,
            name=asked["id"],
            options=asked["options"]["recipe"],
            browser_ttl_seconds=asked["options"][_BROWSER_TTL],
            avif_deadline_ms=asked["options"][_AVIF_DEADLINE],
            is_public=asked.get("neverRequireSignedURLs", False),
            actor=self.actor,
        )
        return answer({"variant": VariantOutput(variant).data})


class VariantDetail(AccountView):
    @describe("Variants", "Get a variant", result=VariantAnswer, errors=[VariantNotFound])
    def get(self, request: Request, account_id: str, variant_id: str) -> Response:
        return answer({"variant": VariantOutput(self.find(variant_id)).data})

    @describe(
        "Variants",
        "Change a variant",
        text="`options` replace those there were. Purges what caches hold of it.",
        body=VariantInput,
        result=VariantAnswer,
        errors=[VariantNotFound, *_REFUSED_OPTIONS],
    )
    def patch(self, request: Request, account_id: str, variant_id: str) -> Response:
        """Replace the options; who may see the variant stays as it was unless the request says."""
        variant = self.find(variant_id)
        asked = _read(VariantInput, request)
        variant, purge = edit_variant(
            variant=variant,
            options=asked["options"]["recipe"],
            browser_ttl_seconds=asked["options"][_BROWSER_TTL],
            avif_deadline_ms=asked["options"][_AVIF_DEADLINE],
            is_public=asked.get("neverRequireSignedURLs", variant.is_public),
            actor=self.actor,
        )
        messages = [_PURGE_PENDING] if purge == "pending" else []
        return answer({"variant": VariantOutput(variant).data}, messages=messages)

    @describe(
        "Variants",
        "Delete a variant",
        text="All but `public`, which every account has.",
        errors=[VariantNotFound, VariantProtected],
    )
    def delete(self, request: Request, account_id: str, variant_id: str) -> Response:
        purge = delete_variant(variant=self.find(variant_id), actor=self.actor)
        return answer({}, messages=[_PURGE_PENDING] if purge == "pending" else [])

    def find(self, name: str) -> Variant:
        variant = Variant.objects.in_account(self.account).filter(name=name).first()
        if variant is None:
            raise VariantNotFound
        return variant


def _read(shape: type[VariantInput], request: Request) -> dict[str, Any]:
    given = shape(data=read_json(request._request))
    given.is_valid(raise_exception=True)
    checked: dict[str, Any] = given.validated_data
    return checked
