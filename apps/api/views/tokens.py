"""`GET /user/tokens/verify`: clients call it first, to see that their token works."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import ApiToken
from apps.api.envelope import Note, answer
from apps.api.fields import Timestamp
from apps.api.views.base import ApiView


class TokenVerification(ApiView):
    permission_classes = ()  # The path names no account: any token that lives may ask about itself.

    class Output(serializers.ModelSerializer[ApiToken]):
        id = serializers.CharField(source="prefix")
        status = serializers.ReadOnlyField(default="active")
        expires_on = Timestamp(source="expires_at")

        class Meta:
            model = ApiToken
            fields = ("id", "status", "expires_on")

        def to_representation(self, instance: ApiToken) -> dict[str, Any]:
            fields = super().to_representation(instance)
            return {name: value for name, value in fields.items() if value is not None}

    def get(self, request: Request) -> Response:
        token = self.Output(self.token).data
        return answer(token, messages=[Note(10000, "This API Token is valid and active")])
