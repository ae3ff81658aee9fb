"""The OpenAPI document: whole, valid, the same as the one committed, and open to everyone."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from apps.api.description import Undescribed
from apps.api.document import write_document
from apps.api.views.base import ApiView

SNAPSHOT = Path(__file__).with_name("openapi.json")
REWRITE = "REWRITE_OPENAPI"
# Pages for readers, which are no part of what they tell of.
UNTOLD = {"client/v4/openapi.json", "client/v4/docs"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(json.dumps(write_document()))
    return told


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [told for methods in document["paths"].values() for told in methods.values()]


def test_it_works(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    validate_schema(document)
    told = document["paths"]["/accounts/{account_id}/images/v1/{image_id}"]["get"]
    assert told["summary"] == "Get an image"
    assert told["security"][0] == {"token": ["images:read"]}
    assert "`5404`" in told["responses"]["404"]["description"]


def test_it_is_the_one_committed(document: dict[str, Any]) -> None:
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get(REWRITE):
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert SNAPSHOT.read_text(encoding="utf-8") == text, (
        f"The contract changed. If that is meant: {REWRITE}=1 make test ARGS=tests/api/test_document.py"
    )


def test_every_route_is_in_it(document: dict[str, Any]) -> None:
    """Also those whose view REST framework would not know for one of its own."""
    told = {f"client/v4{path}" for path in document["paths"]}
    assert {_without_kinds(route) for route in _list_routes(get_resolver("apps.api.routes"))} - UNTOLD == told


def test_a_route_of_which_nothing_is_said_is_refused() -> None:
    class Silent(ApiView):
        def get(self, request: Any) -> None:
            """Say nothing."""

    with pytest.raises(Undescribed, match=r"Silent\.get: say @describe"):
        SchemaGenerator(patterns=[path("silent", Silent.as_view())]).get_schema(public=True)


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [told["operationId"] for told in operations(document)]
    assert len(names) == len(set(names))


def test_every_result_and_json_body_has_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for told in operations(document):
        body = told.get("requestBody", {"content": {}})["content"].get("application/json")
        done = told["responses"]["200"]["content"].get("application/json")
        shapes = [content["schema"] for content in [body] if content]
        shapes += [
            content["schema"].get("properties", {"result": content["schema"]})["result"]
            for content in [done]
            if content
        ]
        for shape in shapes:
            assert "$ref" not in shape or "examples" in schemas[shape["$ref"].rpartition("/")[2]], told


def test_every_example_fits(document: dict[str, Any]) -> None:
    whole: Resource[Any] = Resource.from_contents(document, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:document", whole)
    for name, schema in document["components"]["schemas"].items():
        told = {"$ref": f"urn:document#/components/schemas/{name}"}
        for example in schema.get("examples", ()):
            Draft202012Validator(told, registry=registry).validate(example)


def test_it_is_open_and_may_be_kept() -> None:
    answer = Client().get("/client/v4/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "Images platform"
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["Access-Control-Allow-Origin"] == "*"
    again = Client(headers={"if-none-match": answer["ETag"]}).get("/client/v4/openapi.json")
    assert again.status_code == 304


def test_the_page_shows_every_operation(document: dict[str, Any]) -> None:
    answer = Client().get("/client/v4/docs")
    page = answer.content.decode()
    for told in operations(document):
        assert f'id="{told["operationId"]}"' in page
    assert "script" not in page
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")


def _list_routes(resolver: URLResolver, base: str = "") -> list[str]:
    found: list[str] = []
    for pattern in resolver.url_patterns:
        route = base + str(pattern.pattern)
        found += [route] if isinstance(pattern, URLPattern) else _list_routes(pattern, route)
    return found


def _without_kinds(route: str) -> str:
    """Return a route as the document writes it: `{id}` for `<segment:id>`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
