"""The OpenAPI document of the whole API, made from its routes."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from apps.api.shared_answers import HEADERS, SCHEMAS, SECURITY_SCHEMES, SHARED


def document_digest() -> str:
    """Return what changes whenever the document does."""
    return hashlib.sha256(json.dumps(write_document()).encode()).hexdigest()[:32]


@cache
def write_document() -> dict[str, Any]:
    """Return the document, made once; raises Undescribed for a route of which nothing is said."""
    document: dict[str, Any] = SchemaGenerator(urlconf="apps.api.routes").get_schema(public=True)
    components = document.setdefault("components", {})
    components["schemas"] = dict(sorted((components.get("schemas", {}) | SCHEMAS).items()))
    components["responses"] = {answer.name: answer.write() for answer in SHARED}
    components["headers"] = HEADERS
    components["securitySchemes"] = SECURITY_SCHEMES
    operations = [told for methods in document["paths"].values() for told in methods.values()]
    document["tags"] = [{"name": name} for name in dict.fromkeys(told["tags"][0] for told in operations)]
    _drop(document, "x-spec-enum-id")  # drf-spectacular's note to itself
    return document


def _drop(piece: Any, name: str) -> None:
    """Take a key out of all objects of a document."""
    if isinstance(piece, dict):
        piece.pop(name, None)
    inner = piece.values() if isinstance(piece, dict) else piece if isinstance(piece, list) else ()
    for each in inner:
        _drop(each, name)
