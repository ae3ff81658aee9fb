"""Answers of the API, checked for the shape that all of them have."""

from __future__ import annotations

from typing import Any

KEYS = {"result", "success", "errors", "messages"}


def refused(response: Any, status: int, code: int) -> str:
    """Check a refusal's shape and return its sentence."""
    body = response.json()
    assert (response.status_code, body["errors"][0]["code"]) == (status, code), body
    assert set(body) == KEYS
    assert (body["result"], body["success"], body["messages"]) == (None, False, [])
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    sentence: str = body["errors"][0]["message"]
    return sentence


def refused_plainly(response: Any, status: int, code: int) -> str:
    """Check a refusal in the Workers binding's shape and return its sentence."""
    text: str = response.content.decode()
    assert (response.status_code, text[:12]) == (status, f"ERROR {code}: "), text
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["cf-images-binding"] == f"err={code}"
    assert response["Cache-Control"] == "no-store"
    return text[12:].removesuffix("\n")


def accepted(response: Any) -> Any:
    """Check a success's shape and return its result."""
    body = response.json()
    assert response.status_code == 200, body
    assert set(body) == KEYS
    assert (body["success"], body["errors"]) == (True, [])
    assert response["Cache-Control"] == "no-store"
    return body["result"]
