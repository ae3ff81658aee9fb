"""Tokens on the wire: whether one works, which clients ask first, and batch tokens (catalogue §7.3)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.batch_tokens import create_batch_token
from apps.accounts.models import ApiToken
from apps.api.description import describe
from apps.api.envelope import Note, answer
from apps.api.fields import Timestamp
from apps.api.views.base import AccountView, ApiView


class TokenVerification(ApiView):
    permission_classes = ()  # The path names no account: any token that lives may ask about itself.

    class Output(serializers.ModelSerializer[ApiToken]):
        """A token that ends says when."""

        example = {"id": "ip_4f7a21c0", "status": "active", "expires_on": "2030-01-01T00:00:00.000Z"}

        id = serializers.CharField(source="prefix")
        status = serializers.CharField(default="active", read_only=True)
        expires_on = Timestamp(source="expires_at")

        sometimes = ("expires_on",)

        class Meta:
            model = ApiToken
            fields = ("id", "status", "expires_on")

        def to_representation(self, instance: ApiToken) -> dict[str, Any]:
            fields = super().to_representation(instance)
            return {name: value for name, value in fields.items() if value is not None}

    @describe(
        "Tokens",
        "Verify a token",
        text="What clients ask first: any token that lives may ask about itself.",
        result=Output,
    )
    def get(self, request: Request) -> Response:
        token = self.Output(self.token).data
        return answer(token, messages=[Note(10000, "This API Token is valid and active")])


class BatchToken(AccountView):
    class Output(serializers.Serializer[Any]):
        example = {"token": "eyJhY2NvdW50IjoxfQ", "expiresAt": "2030-01-01T00:00:00.000000000Z"}

        token = serializers.CharField()
        expiresAt = serializers.CharField()

    @describe(
        "Tokens",
        "Get a batch token",
        text="For the routes without an account in their path: 200 requests a second, for an hour.",
        result=Output,
    )
    def get(self, request: Request, account_id: str) -> Response:
        """Answer with a token for the batch routes; the original writes its end in nanoseconds."""
        token, ends_at = create_batch_token(token=self.token, actor=self.actor)
        return answer({"token": token, "expiresAt": f"{ends_at:%Y-%m-%dT%H:%M:%S.%f}000Z"})
