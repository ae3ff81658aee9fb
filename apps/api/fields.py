"""Serializer fields in the wire's own notation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


@extend_schema_field({"type": "string", "format": "binary"})
class FilePart(serializers.FileField):
    """A file in a form, for the document; `form` reads it."""


@extend_schema_field({"type": "string", "format": "date-time"})
class Timestamp(serializers.Field[datetime, Any, str, Any]):
    """RFC 3339 in UTC with milliseconds: `2022-01-31T16:39:28.458Z`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@extend_schema_field({"type": "string", "pattern": "^[0-9a-f]+$"})
class HexDigest(serializers.Field[bytes, Any, str, Any]):
    """Binary digests in hexadecimal digits; the database hands them over as memoryviews."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: bytes) -> str:
        return bytes(value).hex()


@extend_schema_field({"type": ["string", "null"], "minLength": 1})
class TextOrNull(serializers.Field[str, Any, str | None, Any]):
    """A text that is null while there is none; columns have an empty one then."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: str) -> str | None:
        return value or None
