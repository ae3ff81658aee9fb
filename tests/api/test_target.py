"""The raw request target decides, whatever the server decoded."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from apps.api.target import decode, read_raw_path


@pytest.mark.parametrize(
    ("name", "target", "path"),
    [
        ("RAW_URI", "/v1/a%2Fb?x=%2F", "/v1/a%2Fb"),
        ("REQUEST_URI", "/v1/a%2Fb", "/v1/a%2Fb"),
        ("RAW_URI", "http://images.example.com/v1/a%2Fb?x", "/v1/a%2Fb"),
        ("RAW_URI", "http://images.example.com", "/"),
        ("RAW_URI", "//v1/a", "//v1/a"),
    ],
)
def test_it_works(name: str, target: str, path: str) -> None:
    request = RequestFactory().get("/v1/a/b", **{name: target})  # type: ignore[arg-type]  # WSGI variables
    assert read_raw_path(request) == path


def test_without_a_raw_target_the_decoded_path_stands_in() -> None:
    assert read_raw_path(RequestFactory().get("/v1/a b/ü%25")) == "/v1/a%20b/%C3%BC%25"


@pytest.mark.parametrize(
    ("piece", "text"),
    [
        ("a%2Fb", "a/b"),
        ("a%252Fb", "a%2Fb"),
        ("%C3%BC", "ü"),
        ("ü".encode().decode("latin-1"), "ü"),
        ("a+b", "a+b"),
        ("100%", "100%"),
    ],
)
def test_a_piece_is_decoded_once(piece: str, text: str) -> None:
    assert decode(piece) == text


@pytest.mark.parametrize("piece", ["%FF", "a%00b", "%ED%A0%80"])
def test_what_is_not_text_is_refused(piece: str) -> None:
    with pytest.raises(ValueError, match=r"codec|NUL"):
        decode(piece)
