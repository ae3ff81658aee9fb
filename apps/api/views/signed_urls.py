"""`POST images/v1/{id}/signed_url`: a signed link, for clients that must not hold a signing key.

An extension: the original mints links in Workers only (`signedUrl({variant, expiresIn, keyName})`). Whoever
may mint can show every private image to anyone, so it takes a token that may edit.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.description import describe
from apps.api.envelope import answer
from apps.api.fields import Timestamp
from apps.api.json_object import read_json
from apps.api.views.image import ImageView
from apps.images.errors import DecisionError, ImageNotFound
from apps.images.minting import SignedLink, mint_link
from apps.imaging.errors import OptionsError
from apps.signing.errors import SigningKeyNotFound

_TEN_YEARS = 10 * 366 * 86_400


class SignedUrl(ImageView):
    class Input(serializers.Serializer[Any]):
        example = {"variant": "public", "expires_in": 3600}

        variant = serializers.CharField(default=None)
        options = serializers.CharField(default=None)
        expires_in = serializers.IntegerField(
            default=None, allow_null=True, min_value=1, max_value=_TEN_YEARS
        )
        key = serializers.CharField(default=None)

        def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
            if (attrs["variant"] is None) is (attrs["options"] is None):
                raise serializers.ValidationError('name either a "variant" or "options"')
            # An `=` is what tells the two apart in a link.
            if "=" in (attrs["variant"] or "") or "=" not in (attrs["options"] or "="):
                raise serializers.ValidationError('"options" look like width=400,fit=cover, and names do not')
            return attrs

    class Output(serializers.Serializer[SignedLink]):
        example = {
            "url": "https://pictures.example.com/Vi7wi5KSItxGFsWRG2Us6Q/pear/public?exp=1893456000&sig=6293f914",
            "key": "default",
            "expires_at": "2030-01-01T00:00:00.000Z",
        }

        url = serializers.CharField()
        key = serializers.CharField(source="key_name")
        expires_at = Timestamp(allow_null=True)

    @describe(
        "Images",
        "Sign a link",
        text=(
            "Answers with a link to a `variant` or, if the account allows, to `options`, that works without "
            "a token: for clients that must not hold a signing key. An extension."
        ),
        body=Input,
        result=Output,
        errors=[ImageNotFound, SigningKeyNotFound, DecisionError, OptionsError],
    )
    def post(self, request: Request, account_id: str, image_id: str) -> Response:
        given = self.Input(data=read_json(self.wire_request))
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        link = mint_link(
            image=self.find(image_id),
            segment=asked["variant"] or asked["options"],
            key_name=asked["key"],
            expires_in_seconds=asked["expires_in"],
        )
        return answer(self.Output(link).data)
