"""A fault outside any view is answered in the manner of the face it happened before."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from apps.api.errors import answer_server_error as answer_api
from images_platform.faults import answer_server_error


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def test_a_foreign_host_gets_the_envelope_from_the_api(client: Client) -> None:
    response = client.get("/client/v4/user/tokens/verify", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == 5400
    assert response["Cache-Control"] == "no-store"


def test_a_foreign_host_gets_a_page_from_the_dashboard(client: Client) -> None:
    response = client.get("/", headers={"host": "evil.example"})
    assert (response.status_code, response["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_a_server_error_tells_only_the_request_id() -> None:
    request = RequestFactory().get("/client/v4/anything")
    request.request_id = "abcdef0123456789"  # type: ignore[attr-defined]
    response = answer_server_error(request)
    assert response.status_code == 500
    assert response.content == answer_api(request).content
    assert b"abcdef0123456789" in response.content
    page = answer_server_error(RequestFactory().get("/accounts/login"))
    assert page.status_code == 500
    assert page["Content-Type"].startswith("text/html")
