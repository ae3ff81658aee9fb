"""The envelope is everywhere below /client/v4/, also where nothing is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Account
from tests.api.answers import refused

pytestmark = pytest.mark.django_db


def test_it_works(olive_client: Client, images_path: str) -> None:
    response = olive_client.get(images_path)
    assert response.status_code == 200
    assert response.json() == {
        "result": {"images": [], "items": []},
        "success": True,
        "errors": [],
        "messages": [],
    }
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    assert response["X-Request-Id"]


def test_accept_is_not_asked(olive_client: Client, images_path: str) -> None:
    assert olive_client.get(images_path, headers={"accept": "image/*"}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/client/v4/",
        "/client/v4/zones",
        "/client/v4/user/tokens/verify/",
        "/client/v4/accounts/0123/images/v3",
        "/client/v4/accounts/0123/images/v1/",
    ],
)
def test_no_route(olive_client: Client, path: str) -> None:
    assert "route" in refused(olive_client.get(path), 404, 7003)
    assert "route" in refused(olive_client.post(path), 404, 7003)


@pytest.mark.parametrize("target", ["/client%2Fv4/user/tokens/verify", "/client/v4/user/tokens%2Fverify"])
def test_a_route_is_not_spelled_with_escapes(olive_client: Client, target: str) -> None:
    refused(olive_client.get("/client/v4/user/tokens/verify", RAW_URI=target), 404, 7003)


@pytest.mark.parametrize("piece", ["%00", "%FF"])
def test_an_id_that_is_not_text_leads_nowhere(olive_client: Client, images_path: str, piece: str) -> None:
    refused(olive_client.get(f"{images_path}/x", RAW_URI=f"{images_path}/{piece}"), 404, 7003)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_a_method_that_is_not_there(olive_client: Client, images_path: str, method: str) -> None:
    response = getattr(olive_client, method)(images_path)
    assert method.upper() in refused(response, 405, 10405)
    assert response["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"{", "line 1, column 2"),
        (b"[]", "JSON object"),
        (b" ", "line 1, column 2"),
        (b"\xff", "JSON"),
        (b'{"id": NaN}', "JSON"),
        (b"[" * 100_000, "JSON"),
        (b'{"id": ' + b"9" * 5000 + b"}", "JSON"),
    ],
)
def test_malformed_json(olive_client: Client, images_path: str, text: bytes, says: str) -> None:
    response = olive_client.post(f"{images_path}/variants", data=text, content_type="application/json")
    assert says in refused(response, 400, 5400)


def test_json_must_say_that_it_is_json(olive_client: Client, images_path: str) -> None:
    response = olive_client.post(f"{images_path}/variants", data=b"{}", content_type="text/plain")
    assert "application/json" in refused(response, 415, 5415)


def test_a_body_is_not_compressed(olive_client: Client, images_path: str) -> None:
    response = olive_client.post(
        f"{images_path}/variants",
        data=b"{}",
        content_type="application/json",
        headers={"content-encoding": "gzip"},
    )
    assert "Content-Encoding" in refused(response, 415, 5415)


def test_a_huge_json_body_is_refused(olive_client: Client, images_path: str, settings: Any) -> None:
    text = b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    response = olive_client.post(f"{images_path}/variants", data=text, content_type="application/json")
    assert str(settings.DATA_UPLOAD_MAX_MEMORY_SIZE) in refused(response, 413, 7011)


def test_no_cookie_and_no_csrf_token_is_asked_for(orchard_token: str, images_path: str) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"authorization": f"Bearer {orchard_token}"})
    response = strict.post(f"{images_path}/variants", data=b"{", content_type="application/json")
    refused(response, 400, 5400)
    assert not response.cookies


def test_a_session_opens_nothing(orchard: Account, olive: Any, images_path: str) -> None:
    browser = Client()
    browser.force_login(olive)
    refused(browser.get(images_path), 401, 10000)
