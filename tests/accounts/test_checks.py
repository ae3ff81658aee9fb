"""In production, pictures and sessions live on different sites."""

from __future__ import annotations

from typing import Any

import pytest

from apps.accounts.checks import check_planes_are_apart, find_site


@pytest.mark.parametrize(
    ("control", "delivery", "is_refused"),
    [
        ("https://images.example.com", "https://img.example.net", False),
        ("https://images.example.com", "https://img.example.com", True),
        ("https://images.example.com", "https://images.example.com:8443", True),
        ("https://example.com", "https://img.EXAMPLE.com", True),
        ("https://images.one.co.uk", "https://img.two.co.uk", False),
        ("https://images.one.co.uk", "https://img.one.co.uk", True),
        ("http://192.0.2.7:8000", "http://192.0.2.7:8001", True),
        ("http://192.0.2.7:8000", "http://192.0.2.8:8000", False),
        ("http://intranet:8000", "http://intranet:8001", True),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8001", False),
        ("http://localhost:8000", "http://[::1]:8001", False),
    ],
)
def test_sites(settings: Any, control: str, delivery: str, is_refused: bool) -> None:
    settings.CONTROL_URL, settings.DELIVERY_URL, settings.DEBUG = control, delivery, False
    assert [error.id for error in check_planes_are_apart(None)] == ["accounts.E001"] * is_refused
    settings.DEBUG = True
    assert check_planes_are_apart(None) == []


def test_the_error_names_the_site(settings: Any) -> None:
    settings.CONTROL_URL, settings.DELIVERY_URL = "https://a.example.com", "https://b.example.com"
    settings.DEBUG = False
    [error] = check_planes_are_apart(None)
    assert "example.com" in error.msg
    assert error.hint


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("a.b.example.com", "example.com"),
        ("example.com.", "example.com"),
        ("x.example.com.au", "example.com.au"),
    ],
)
def test_find_site(host: str, site: str) -> None:
    assert find_site(host) == site
