"""Every error a room can raise has its row, and every row its reason."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIRequestFactory

from apps.accounts.errors import AccountsError
from apps.api.binding_errors import TABLE as BINDING_TABLE
from apps.api.binding_errors import answer_binding_error
from apps.api.errors import TABLE, answer_error
from apps.api.refusals import RequestError
from apps.fetching.errors import FetchError
from apps.images.errors import DecisionError, ImagesError, LinkError
from apps.imaging.errors import ImagingError
from apps.signing.errors import SigningError
from apps.variants.errors import VariantsError

TREES = (RequestError, AccountsError, FetchError, ImagesError, ImagingError, SigningError, VariantsError)
FRAMEWORK = ("django.", "rest_framework.")


def leaves(kind: type[Exception]) -> Iterator[type[Exception]]:
    below = kind.__subclasses__()
    if not below:
        yield kind
    for child in below:
        yield from leaves(child)


@pytest.mark.parametrize(
    "kind", [leaf for tree in TREES for leaf in leaves(tree)], ids=lambda kind: kind.__name__
)
def test_every_leaf_has_a_row(kind: type[Exception]) -> None:
    assert kind in TABLE


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_every_row_is_sound(kind: type[Exception]) -> None:
    row = TABLE[kind]
    assert kind.__module__.startswith(FRAMEWORK) or issubclass(kind, (*TREES, LinkError, DecisionError))
    assert 400 <= row.status < 600
    assert row.code >= 1000
    assert row.text.format(error="why")
    assert (row.status == 409) <= (row.headers.get("x-should-retry") == "false")
    assert (row.status == 503) <= ("Retry-After" in row.headers)
    assert (row.status == 401) <= ("WWW-Authenticate" in row.headers)


def test_the_unforeseen_is_told_without_internals(caplog: pytest.LogCaptureFixture) -> None:
    request = APIRequestFactory().get("/")
    request.request_id = "abc-123"
    answer = answer_error(RuntimeError("the password is swordfish"), {"request": request})
    assert answer.status_code == 500
    assert answer.data["errors"] == [{"code": 5500, "message": "Internal Server Error (request abc-123)"}]
    assert "swordfish" not in str(answer.data)
    assert "swordfish" in caplog.text


def test_a_serializer_s_findings_name_their_fields() -> None:
    error = ValidationError({"page": ["Too small."], "options": {"browser_ttl": ["Too large."]}})
    answer = answer_error(error, {"request": APIRequestFactory().get("/")})
    assert [found["message"] for found in answer.data["errors"]] == [
        'Bad request: "page": Too small.',
        'Bad request: "options.browser_ttl": Too large.',
    ]


@pytest.mark.parametrize("kind", list(leaves(ImagingError)), ids=lambda kind: kind.__name__)
def test_the_binding_has_a_row_for_whatever_a_picture_can_come_to(kind: type[Exception]) -> None:
    assert kind in BINDING_TABLE


@pytest.mark.parametrize("kind", BINDING_TABLE, ids=lambda kind: kind.__name__)
def test_every_row_of_the_binding_is_sound(kind: type[Exception]) -> None:
    row = BINDING_TABLE[kind]
    assert kind in TABLE
    assert 400 <= row.status < 600
    assert 9400 <= row.code < 9600
    assert row.text.format(error="why")
    assert (row.status == 503) <= ("Retry-After" in row.headers)
    assert (row.status == 401) <= ("WWW-Authenticate" in row.headers)


def test_the_binding_tells_the_unforeseen_without_internals(caplog: pytest.LogCaptureFixture) -> None:
    request = APIRequestFactory().get("/")
    request.request_id = "abc-123"
    answer = answer_binding_error(RuntimeError("the password is swordfish"), {"request": request})
    assert (answer.status_code, answer["cf-images-binding"]) == (500, "err=9523")
    assert answer.content == b"ERROR 9523: internal error (request abc-123)\n"
    assert "swordfish" in caplog.text
