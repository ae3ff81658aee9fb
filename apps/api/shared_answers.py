"""The pieces of the OpenAPI document that all operations share: the envelope, headers, common refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.api.envelope import wrap
from apps.api.errors import FAULT, TABLE, Row

_NOTE = {"$ref": "#/components/schemas/Note"}
RATE_HEADERS = ("RateLimit-Policy", "RateLimit")
_ERROR_HEADINGS = {
    400: "The request cannot be understood, or breaks a rule.",
    403: "Not for this token, or beyond what the account may have.",
    404: "Not found.",
    405: "Not a method of this path.",
    408: "The client was too slow.",
    409: "There is one already.",
    410: "There is nothing here any more.",
    413: "Too large.",
    415: "Of a kind that is not taken.",
    422: "The picture cannot be decoded.",
    401: "No token, or one that is worth nothing.",
    429: "Too many requests.",
    500: "A fault of the server; its log knows the request by the answer's `X-Request-Id`.",
    503: "Not now: try again soon.",
    504: "It takes too long.",
}
SCHEMAS: Mapping[str, Any] = {
    "Note": {
        "type": "object",
        "description": "An error or a message.",
        "properties": {"code": {"type": "integer", "minimum": 1000}, "message": {"type": "string"}},
        "required": ["code", "message"],
        "examples": [{"code": 5404, "message": "Image not found"}],
    },
    "Refusal": {
        "type": "object",
        "description": "The envelope of what could not be done.",
        "properties": {
            "result": {"type": "null"},
            "success": {"const": False},
            "errors": {"type": "array", "items": _NOTE, "minItems": 1},
            "messages": {"type": "array", "items": _NOTE, "maxItems": 0},
        },
        "required": ["result", "success", "errors", "messages"],
    },
}
HEADERS: Mapping[str, Any] = {
    "RateLimit-Policy": {
        "description": "How many requests (q) in how many seconds (w) each limit allows. "
        "Absent while there is no limit.",
        "schema": {"type": "string"},
        "example": '"token";q=6000;w=300, "account";q=12000;w=300',
    },
    "RateLimit": {
        "description": "Of each limit the requests left (r), and the seconds until it is whole again (t).",
        "schema": {"type": "string"},
        "example": '"token";r=5999;t=1, "account";r=11999;t=1',
    },
    "Retry-After": {
        "description": "Seconds to wait before the next attempt.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "cf-images-binding": {
        "description": "The error's code, for the Workers binding.",
        "schema": {"type": "string", "pattern": "^err=[0-9]+$"},
    },
    "Allow": {"description": "The methods there are.", "schema": {"type": "string"}},
    "WWW-Authenticate": {"description": "How to say who calls.", "schema": {"type": "string"}},
}
SECURITY_SCHEMES: Mapping[str, Any] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token. Its scopes: `images:read`, and `images:edit`, which includes reading.",
    },
    "email": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Auth-Email",
        "description": "The address of a member of the account, for clients that send a pair.",
    },
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Auth-Key",
        "description": "An API token, in the pair.",
    },
    "batch_token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A batch token: an API token's deputy for a while, on routes without an account.",
    },
}


def success(result: Mapping[str, Any] | None, example: Any) -> dict[str, Any]:
    """Return the envelope around a result, and around an example of one; nothing is an empty object."""
    schema = {
        "type": "object",
        "properties": {
            "result": result or {"type": "object", "maxProperties": 0},
            "success": {"const": True},
            "errors": {"type": "array", "items": _NOTE, "maxItems": 0},
            "messages": {"type": "array", "items": _NOTE},
        },
        "required": ["result", "success", "errors", "messages"],
    }
    return {"schema": schema, "example": wrap(example)}


def refusal(status: int, rows: Iterable[Row]) -> dict[str, Any]:
    """Return the response of a status: its codes, and what each of them says."""
    rows = list(rows)
    codes = sorted({row.code for row in rows})
    some_code = {"items": {"properties": {"code": {"enum": codes}}}}
    schema = {"allOf": [{"$ref": "#/components/schemas/Refusal"}], "properties": {"errors": some_code}}
    return {"description": _describe(status, rows), "content": {"application/json": {"schema": schema}}}


def plain_refusal(status: int, rows: Iterable[Row]) -> dict[str, Any]:
    """Return the same of an operation that refuses in plain text, as the Workers binding has it."""
    schema = {"type": "string", "pattern": r"^ERROR \d{4}: "}
    return {
        "description": _describe(status, rows),
        "content": {"text/plain": {"schema": schema}},
        "headers": refer_to_headers("cf-images-binding"),
    }


def _describe(status: int, rows: Iterable[Row]) -> str:
    told = sorted({(row.code, row.text.replace("{error}", "…")) for row in rows})
    return "\n".join([_ERROR_HEADINGS[status], "", *(f"- `{code}` {text}" for code, text in told)])


def refer_to_headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


@dataclass(frozen=True, slots=True)
class SharedAnswer:
    """A refusal that any operation may give, or any that wants a token; it is written down once."""

    name: str
    status: int
    headers: tuple[str, ...] = ()
    wants_token: bool = False

    @property
    def reference(self) -> dict[str, str]:
        return {"$ref": f"#/components/responses/{self.name}"}

    def write(self) -> dict[str, Any]:
        rows = [row for row in (*TABLE.values(), FAULT) if row.status == self.status]
        return refusal(self.status, rows) | {"headers": refer_to_headers(*self.headers)}

    def write_plainly(self, table: Mapping[type[Exception], Row], fault: Row) -> dict[str, Any]:
        """Return it as an operation tells it that has a table of its own."""
        told = plain_refusal(
            self.status, [row for row in (*table.values(), fault) if row.status == self.status]
        )
        return told | {"headers": told["headers"] | refer_to_headers(*self.headers)}


SHARED = (
    SharedAnswer("Unauthenticated", 401, ("WWW-Authenticate",), wants_token=True),
    SharedAnswer("MethodNotAllowed", 405, ("Allow",)),
    SharedAnswer("TooManyRequests", 429, (*RATE_HEADERS, "Retry-After"), wants_token=True),
    SharedAnswer("Fault", 500),
    SharedAnswer("Unavailable", 503, ("Retry-After",)),
)
