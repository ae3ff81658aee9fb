"""An account's configuration on the wire: what it allows beyond its variants (catalogue §2.3, row 18).

Cloudflare documents the first three switches and not how it answers: here, with all of them as they are.
The others are ours.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.description import describe
from apps.api.envelope import Note, answer
from apps.api.json_object import read_json
from apps.api.views.base import AccountView
from apps.images.errors import FallbackNotPublic
from apps.images.services import change_delivery_policy
from apps.variants.errors import BadBrowserTtl, BadOrigin, TooManyOrigins
from apps.variants.models import DeliveryPolicy

_PURGE_PENDING = Note(5202, "The configuration is changed; caches downstream are still being purged")


class ContentCredentials(serializers.BooleanField):
    """Off, and to stay so: what is signed over the original's bytes proves the opposite over a rendition's.

    The original signs anew with a certificate of its own, which a server of anyone's has not.
    """

    def __init__(self) -> None:
        super().__init__(required=False)

    def get_attribute(self, instance: DeliveryPolicy) -> bool:
        return False

    def to_internal_value(self, data: Any) -> bool:
        if super().to_internal_value(data):
            raise serializers.ValidationError("Content Credentials cannot be kept by this server.")
        return False


class ConfigFields(serializers.Serializer[DeliveryPolicy]):
    example = {
        "flexible_variants": True,
        "browser_ttl": 172_800,
        "preserve_content_credentials": False,
        "stable_ids": False,
        "private_custom_ids": False,
        "signed_options": False,
        "extended_names": False,
        "allowed_origins": ["*.example.com"],
        "original_downloads": False,
        "fallback_image": "",
    }

    flexible_variants = serializers.BooleanField(source="is_flexible", required=False)
    browser_ttl = serializers.IntegerField(source="browser_ttl_seconds", required=False)
    preserve_content_credentials = ContentCredentials()
    stable_ids = serializers.BooleanField(source="has_stable_ids", required=False)
    private_custom_ids = serializers.BooleanField(source="has_private_custom_ids", required=False)
    signed_options = serializers.BooleanField(source="has_signed_options", required=False)
    extended_names = serializers.BooleanField(source="has_extended_names", required=False)
    original_downloads = serializers.BooleanField(source="has_original_downloads", required=False)
    fallback_image = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    allowed_origins = serializers.ListField(child=serializers.CharField(), required=False)


class ConfigChanges(ConfigFields):
    example = {"flexible_variants": True, "browser_ttl": 86_400}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the policy's fields; what is no switch is refused, or a slip would pass for a change."""
        unknown = sorted(set(data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError({unknown[0]: "There is no such switch."})
        switches: dict[str, Any] = super().to_internal_value(data)
        switches.pop("preserve_content_credentials", None)
        return switches


class Config(AccountView):
    @describe("Configuration", "Get the configuration", result=ConfigFields)
    def get(self, request: Request, account_id: str) -> Response:
        return answer(ConfigFields(DeliveryPolicy.objects.get(account=self.account)).data)

    @describe(
        "Configuration",
        "Change the configuration",
        text="What is not named stays as it is. `stable_ids` and what follows it are extensions.",
        body=ConfigChanges,
        result=ConfigFields,
        errors=[BadBrowserTtl, FallbackNotPublic, BadOrigin, TooManyOrigins],
    )
    def patch(self, request: Request, account_id: str) -> Response:
        given = ConfigChanges(data=read_json(self.wire_request))
        given.is_valid(raise_exception=True)
        policy, purge = change_delivery_policy(account=self.account, **given.validated_data, actor=self.actor)
        messages = [_PURGE_PENDING] if purge == "pending" else []
        return answer(ConfigFields(policy).data, messages=messages)
