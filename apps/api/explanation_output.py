"""The shape of an explanation on the wire; its words are those of `apps.images.explanation`."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers


class _Fault(serializers.Serializer[Any]):
    """`position` and `length` count characters of `url`; a length of 0 marks a gap."""

    sentence = serializers.CharField()
    position = serializers.IntegerField()
    length = serializers.IntegerField()


class _Reply(serializers.Serializer[Any]):
    status = serializers.IntegerField()
    code = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField())


class _Link(serializers.Serializer[Any]):
    account_hash = serializers.CharField(allow_null=True)
    image_id = serializers.CharField(allow_null=True)
    source_url = serializers.CharField(allow_null=True)
    variant = serializers.CharField(allow_null=True)
    options = serializers.CharField(allow_null=True)
    expires_at = serializers.IntegerField(allow_null=True)
    signature = serializers.CharField(allow_null=True)


class _Signed(serializers.Serializer[Any]):
    key = serializers.CharField()
    signature = serializers.CharField()


class _Access(serializers.Serializer[Any]):
    is_granted = serializers.BooleanField()
    reason = serializers.CharField()
    signed_text = serializers.CharField()
    signed_by = serializers.CharField(allow_null=True)
    right_signatures = _Signed(many=True)


class _Original(serializers.Serializer[Any]):
    format = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    frames = serializers.IntegerField()
    has_alpha = serializers.BooleanField()
    size_bytes = serializers.IntegerField()
    version = serializers.IntegerField()


class _Step(serializers.Serializer[Any]):
    what = serializers.CharField()
    how = serializers.CharField()


class _Key(serializers.Serializer[Any]):
    image_version = serializers.IntegerField()
    fingerprint = serializers.CharField()
    format = serializers.CharField()
    generation = serializers.CharField()
    overlays = serializers.CharField()


class _Making(serializers.Serializer[Any]):
    work = serializers.CharField()
    lane = serializers.CharField()
    cpu_ms = serializers.IntegerField()
    peak_bytes = serializers.IntegerField()


class _Outcome(serializers.Serializer[Any]):
    options = serializers.CharField()
    ignored = serializers.ListField(child=serializers.CharField())
    hinted_by = serializers.ListField(child=serializers.CharField())
    original = _Original()
    format = serializers.CharField()
    format_reason = serializers.CharField()
    plan = _Step(many=True)
    open_questions = serializers.ListField(child=serializers.CharField())
    key = _Key()
    tier = serializers.ChoiceField(choices=["stored", "render"])
    tier_reason = serializers.CharField()
    size_bytes = serializers.IntegerField(allow_null=True)
    making = _Making(allow_null=True)


class ExplanationOutput(serializers.Serializer[Any]):
    """`reply` is null for links of other accounts or to no host, and for a source still to be fetched."""

    example: ClassVar[dict[str, Any]] = {
        "url": "/Vi7wi5KSItxGFsWRG2Us6Q/pear/square",
        "notes": [],
        "fault": {
            "sentence": "This account doesn't have variant with this name",
            "position": 29,
            "length": 6,
        },
        "reply": {
            "status": 403,
            "code": 9425,
            "text": "ERROR 9425: Image access denied: This account doesn't have variant with this name",
            "headers": {"cache-control": "no-store", "cf-resized": "err=9425"},
        },
        "link": {
            "account_hash": "Vi7wi5KSItxGFsWRG2Us6Q",
            "image_id": "pear",
            "source_url": None,
            "variant": "square",
            "options": None,
            "expires_at": None,
            "signature": None,
        },
        "access": {
            "is_granted": True,
            "reason": "the image is public",
            "signed_text": "/Vi7wi5KSItxGFsWRG2Us6Q/pear/square",
            "signed_by": None,
            "right_signatures": [],
        },
        "outcome": None,
        "timings_ms": {"link": 0.031, "lookup": 0.912, "decide": 0.044},
    }

    url = serializers.CharField()
    notes = serializers.ListField(child=serializers.CharField())
    fault = _Fault(allow_null=True)
    reply = _Reply(allow_null=True)
    link = _Link(allow_null=True)
    access = _Access(allow_null=True)
    outcome = _Outcome(allow_null=True)
    timings_ms = serializers.DictField(child=serializers.FloatField())
