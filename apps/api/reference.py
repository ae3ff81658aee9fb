"""The OpenAPI document as people read it: chapters of operations, and what goes into them and comes out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join

_SCHEMAS = "#/components/schemas/"
_BOUNDS = {
    "minimum": "from {}",
    "maximum": "to {}",
    "minLength": "{} characters or more",
    "maxLength": "up to {} characters",
    "maxItems": "up to {} items",
    "default": "usually {}",
    "pattern": "pattern {}",
    "format": "{}",
}

_TEXTS = {"pattern", "format"}
# Bounds that are those of a column, and defaults that are nothing.
_UNSAID: tuple[Any, ...] = ("", None, 2**31 - 1)


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a property of a body or a result; `note` says whether it may be missing."""

    name: str
    place: str
    kind: str
    note: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    text: str
    codes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    title: str
    text: str
    callers: tuple[str, ...]
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    body_kinds: tuple[str, ...]
    body_example: str
    result: tuple[Field, ...]
    result_example: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    name: str
    operations: tuple[Operation, ...]

    @property
    def anchor(self) -> str:
        return self.name.lower().replace(" ", "-")


def list_chapters(document: Mapping[str, Any]) -> list[Chapter]:
    """Return the document's operations by chapters, in the order of its tags."""
    return [Chapter(tag["name"], tuple(_list_operations(document, tag["name"]))) for tag in document["tags"]]


def _list_operations(document: Mapping[str, Any], chapter: str) -> Iterator[Operation]:
    base = document["servers"][0]["url"]
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            if told["tags"] == [chapter]:
                yield _read(told, method.upper(), base + path, document["components"])


def _read(told: Mapping[str, Any], method: str, path: str, components: Mapping[str, Any]) -> Operation:
    schemas = components["schemas"]
    bodies = told.get("requestBody", {"content": {}})["content"]
    body = _find(next(iter(bodies.values()))["schema"], schemas) if bodies else {}
    done = next(iter(told["responses"]["200"]["content"].values()))
    result = done["schema"].get("properties", {"result": done["schema"]}).get("result", {})
    return Operation(
        id=told["operationId"],
        method=method,
        path=path,
        title=told["summary"],
        text=_mark_code(told.get("description", "")),
        callers=tuple(_name_caller(way) for way in told["security"]),
        parameters=tuple(_read_parameter(each) for each in told.get("parameters", ())),
        body=tuple(_list_fields(body, must="required")),
        body_kinds=tuple(bodies),
        body_example=_write(body["examples"][0]) if "examples" in body else "",
        result=tuple(_list_fields(_find(result, schemas), may="sometimes")),
        result_example=_write(done["example"]) if "example" in done else "",
        answers=tuple(_list_answers(told["responses"], components["responses"])),
    )


def _name_caller(way: Mapping[str, list[str]]) -> str:
    """Return how a caller may show who it is, and the scope that takes: `email and key, images:read`."""
    scopes = next(iter(way.values()))  # the same for each scheme of a way
    return ", ".join([" and ".join(way), *scopes])


def _read_parameter(told: Mapping[str, Any]) -> Field:
    note = "required" if told.get("required") else ""
    return Field(told["name"], told["in"], _name_kind(told["schema"]), note, told.get("description", ""))


def _list_fields(schema: Mapping[str, Any], *, must: str = "", may: str = "") -> Iterator[Field]:
    """Yield an object's properties, with a word for those that must be there and one for those that may."""
    for name, inner in schema.get("properties", {}).items():
        yield Field(name, "", _name_kind(inner), must if name in schema.get("required", ()) else may)


def _list_answers(responses: Mapping[str, Any], shared: Mapping[str, Any]) -> Iterator[Answer]:
    for status, told in responses.items():
        if "$ref" in told:
            told = shared[told["$ref"].rpartition("/")[2]]
        text, *lines = told["description"].split("\n")
        codes = (line.removeprefix("- `").partition("` ") for line in lines if line)
        yield Answer(status, text, tuple((code, says) for code, _, says in codes))


def _mark_code(text: str) -> str:
    """Return a text as HTML, what stands in backticks as code."""
    pieces = enumerate(text.split("`"))
    return format_html_join(
        "",
        "{}",
        ((format_html("<code>{}</code>", piece) if number % 2 else piece,) for number, piece in pieces),
    )


def _find(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema a reference names."""
    found: Mapping[str, Any] = schemas[schema["$ref"].removeprefix(_SCHEMAS)] if "$ref" in schema else schema
    return found


def _name_kind(schema: Mapping[str, Any]) -> str:
    """Return a type and its bounds in words: `integer, from 10, to 10000`."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_SCHEMAS)
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    kinds = schema.get("type", "any")
    kind = kinds if isinstance(kinds, str) else " or ".join(kinds)
    if kind == "array":
        kind = f"list of {_name_kind(schema['items'])}"
    bounds = [
        text.format(schema[name] if name in _TEXTS else json.dumps(schema[name]))
        for name, text in _BOUNDS.items()
        if schema.get(name, "") not in _UNSAID
    ]
    return ", ".join([kind, *bounds])


def _write(example: Any) -> str:
    return json.dumps(example, indent=2, ensure_ascii=False)
