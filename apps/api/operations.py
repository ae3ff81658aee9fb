"""One operation of the OpenAPI document, written from a view's Description (REST framework's schema class).

Types of fields are drf-spectacular's business; the envelope, the errors and who may call are ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiParameter, OpenApiRequest
from rest_framework import serializers

from apps.api import refusals
from apps.api.authentication import BatchAuthentication, TokenAuthentication
from apps.api.binding_errors import FAULT as BINDING_FAULT
from apps.api.binding_errors import TABLE as BINDING_TABLE
from apps.api.description import Description, Undescribed, read_description
from apps.api.errors import BAD_REQUEST, NO_ROUTE, TABLE, Row
from apps.api.parameters import PATH_PARAMETERS
from apps.api.permissions import TokenScope, needed_scope
from apps.api.shared_answers import (
    RATE_HEADERS,
    SHARED,
    plain_refusal,
    refer_to_headers,
    refusal,
    success,
)

_JSON, _FORM = "application/json", "multipart/form-data"
# How each kind of caller may show who it is: one of several sets of security schemes.
_WAYS: Mapping[type, Sequence[Sequence[str]]] = {
    TokenAuthentication: (("token",), ("email", "key")),
    BatchAuthentication: (("batch_token",),),
}
_ANY_BODY = (
    refusals.EncodedBody,
    refusals.BodyTooLarge,
    refusals.BodyTooSlow,
    refusals.BodyCutShort,
    refusals.BadPart,
)
_ANY_JSON = (*_ANY_BODY, refusals.NotJson, refusals.BadJson)
_ANY_FORM = (*_ANY_BODY, refusals.NotAForm, refusals.BadForm)


class ShapeSchema(OpenApiSerializerExtension):
    """What drf-spectacular does not ask of serializers, told by attributes of their classes.

    `example` is an example. `patterns` are further fields, of which only patterns know the names; there are
    no others then. `sometimes` names the fields that only some answers have: all others always do.
    """

    target_class = "rest_framework.serializers.Serializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        kind = type(self.target)
        if direction == "response":
            sometimes = getattr(kind, "sometimes", ())
            schema["required"] = [name for name in schema["properties"] if name not in sometimes]
        if hasattr(kind, "patterns"):
            schema |= {"patternProperties": kind.patterns, "additionalProperties": False}
        if hasattr(kind, "example"):
            schema["examples"] = [kind.example]
        return schema


class OperationSchema(AutoSchema):
    """Raises Undescribed for a method, or a piece of a path, of which nothing is said."""

    @property
    def told(self) -> Description:
        return read_description(getattr(self.view, self.method.lower()))

    @property
    def is_in_batches(self) -> bool:
        return BatchAuthentication in self.view.authentication_classes

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        operation: dict[str, Any] = super().get_operation(*args, **kwargs) or {}
        if "requestBody" in operation:
            operation["requestBody"]["required"] = True
        return operation | {"security": self._ways_in, "responses": self._write_answers()}

    def get_operation_id(self) -> str:
        slug = self.told.title.lower().replace(",", "").replace("'", "").replace(" ", "-")
        return f"{slug}-in-a-batch" if self.is_in_batches else slug

    def get_summary(self) -> str:
        return self.told.title

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular asks without arguments
        return self.told.text

    def get_tags(self) -> list[str]:
        return ["Batch" if self.is_in_batches else self.told.chapter]

    def get_auth(self) -> list[dict[str, Any]]:
        """Say nothing yet: `get_operation` does, also where the list is empty."""
        return []

    def get_override_parameters(self) -> list[Any]:
        query = [self.told.query] if self.told.query else []
        filters = self.told.filters
        patterned = [OpenApiParameter("meta", filters, style="form", explode=True)] if filters else []
        return [*self._path_parameters(), *query, *patterned]

    def get_request_serializer(self) -> Any:
        """Return the shapes of bodies by media type."""
        shapes = {_JSON: self.told.body, _FORM: self.told.form}
        return {
            kind: OpenApiRequest(self.resolve_serializer(shape, "request").ref)
            for kind, shape in shapes.items()
            if shape
        }

    def get_response_serializers(self) -> Any:
        """Say nothing yet: `get_operation` puts the envelope around everything."""
        return {}

    def get_serializer_name(self, serializer: serializers.Serializer[Any], direction: str) -> str:
        """Return the class's name behind that of the view it stands in: `SignedUrlInput`."""
        return type(serializer).__qualname__.replace(".", "").replace("View", "")

    def _path_parameters(self) -> Iterator[OpenApiParameter]:
        for name in [piece[1:-1] for piece in self.path.split("/") if piece.startswith("{")]:
            if name not in PATH_PARAMETERS:
                raise Undescribed(f"the path {self.path}: describe {name!r} in apps/api/parameters.py")
            text, schema = PATH_PARAMETERS[name]
            yield OpenApiParameter(name, schema, OpenApiParameter.PATH, description=text, required=True)

    @property
    def _ways_in(self) -> list[dict[str, list[str]]]:
        """Return the security requirements, with the scope the token needs as a role."""
        is_scoped = any(isinstance(each, TokenScope) for each in self.view.get_permissions())
        roles = [str(needed_scope(self.method))] if is_scoped else []
        return [
            dict.fromkeys(schemes, roles)
            for kind in self.view.authentication_classes
            for schemes in _WAYS[kind]
        ]

    def _write_answers(self) -> dict[str, Any]:
        refuse = plain_refusal if self.told.is_binding else refusal
        answers = {"200": self._write_success()}
        answers |= {str(status): refuse(status, rows) for status, rows in self._rows_by_status().items()}
        for shared in SHARED:
            if self.told.is_binding:
                answers[str(shared.status)] = shared.write_plainly(BINDING_TABLE, BINDING_FAULT)
            elif self._ways_in or not shared.wants_token:
                answers[str(shared.status)] = shared.reference
        return dict(sorted(answers.items()))

    def _write_success(self) -> dict[str, Any]:
        told = self.told
        if told.raw:
            content: dict[str, Any] = {kind: {"schema": {}} for kind in told.raw}
        else:
            result = self.resolve_serializer(told.result, "response").ref if told.result else None
            example = getattr(told.result, "example", {})
            bare = {"schema": result, "example": example}
            content = {_JSON: bare if told.is_binding else success(result, example)}
        headers = refer_to_headers(*RATE_HEADERS) if self._ways_in else {}
        return {"description": "Done.", "content": content, "headers": headers}

    def _rows_by_status(self) -> dict[int, list[Row]]:
        """Return what the operation can be refused with, but for what all operations share."""
        told = self.told
        kinds: tuple[type[Exception], ...] = tuple(told.errors)
        kinds += _ANY_JSON if told.body else ()
        kinds += _ANY_FORM if told.form else ()
        kinds += (refusals.BadPart,) if told.query else ()
        if self._ways_in and self.view.permission_classes:
            kinds += (refusals.NotAllowed,)
        table = BINDING_TABLE if told.is_binding else TABLE
        rows = [row for kind, row in table.items() if issubclass(kind, kinds)]
        if not told.is_binding:
            rows += [BAD_REQUEST, NO_ROUTE] if "{" in self.path else [BAD_REQUEST]
        by_status: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            by_status[row.status].append(row)
        return by_status
