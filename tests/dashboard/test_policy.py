"""What browsers and caches are told about pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Account
from apps.dashboard.policy import ContentSecurityPolicyMiddleware, write_policy

pytestmark = pytest.mark.django_db


def test_it_works(olive_client: Client, orchard: Account, settings: Any) -> None:
    page = olive_client.get(f"/{orchard.public_id}/images")
    policy = dict(part.split(" ", 1) for part in page["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["img-src"] == f"'self' data: {settings.DELIVERY_URL}"
    assert page["Cache-Control"] == "no-store, private"
    assert page["X-Frame-Options"] == "DENY"


def test_nothing_inline_is_allowed() -> None:
    assert "unsafe" not in write_policy("https://pictures.example")


def test_the_picture_origin_has_no_path(settings: Any) -> None:
    settings.DELIVERY_URL = "https://pictures.example/prefix"
    middleware = ContentSecurityPolicyMiddleware(lambda request: None)
    assert "https://pictures.example;" in middleware.policy


@pytest.mark.parametrize("path", ["/accounts/login/", "/nowhere"])
def test_pages_of_the_signed_out_have_it_too(path: str, client: Client) -> None:
    page = client.get(path)
    assert "Content-Security-Policy" in page
    assert "no-store" in page["Cache-Control"]


def test_the_api_is_left_alone(client: Client) -> None:
    answer = client.get("/client/v4/user/tokens/verify")
    assert answer["Content-Type"] == "application/json"
    assert "Content-Security-Policy" not in answer


def test_pages_carry_nothing_inline(olive_client: Client, orchard: Account) -> None:
    for path in ("images", "variants"):
        page = olive_client.get(f"/{orchard.public_id}/{path}").content.decode()
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<style" not in page
        assert all("src=" in part.partition(">")[0] for part in page.split("<script")[1:])
