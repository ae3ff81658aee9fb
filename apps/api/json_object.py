"""A JSON object, as the body of a request or as the text of one part of a form."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps.api.body import open_body
from apps.api.refusals import BadJson, NotJson

_CHUNK_BYTES = 64 * 1024


def read_json(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object that is the body of a request; raises RequestError."""
    if request.content_type != "application/json":
        raise NotJson
    with open_body(request, allowed=settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) as body:
        pieces = list(iter(lambda: body.read(_CHUNK_BYTES), b""))
    return parse_json(b"".join(pieces))


def parse_json(text: bytes | str) -> dict[str, Any]:
    """Return a JSON object, or raise BadJson; NaN and Infinity are not JSON."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise BadJson(f"{error.msg}: line {error.lineno}, column {error.colno}") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, a constant, a number or nesting without end
        raise BadJson("this cannot be read as JSON") from error
    if not isinstance(value, dict):
        raise BadJson("this must be a JSON object")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
