"""The table of errors is complete, and what it says is never kept."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from apps.delivery import refusals
from apps.delivery.errors import TABLE, answer_error
from apps.fetching import errors as fetching
from apps.images import errors as images
from apps.imaging import errors as imaging

TREES = [
    images.OriginalMissing,  # of what services refuse, the one that a delivery request meets
    images.LinkError,
    images.DecisionError,
    fetching.FetchError,
    imaging.ImagingError,
    refusals.Refusal,
]


def leaves(kind: type[Exception]) -> Iterator[type[Exception]]:
    below = kind.__subclasses__()
    if not below:
        yield kind
    for child in below:
        yield from leaves(child)


def test_it_works() -> None:
    response = answer_error(images.NoSuchImage())
    assert response.status == 404
    assert response.body == b"ERROR 9431: Not found: this account has no image with this id\n"
    assert response.headers["cf-resized"] == "err=9431"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-length"] == str(len(response.body))


@pytest.mark.parametrize("tree", TREES)
def test_every_leaf_has_a_row(tree: type[Exception]) -> None:
    assert [kind.__name__ for kind in leaves(tree) if kind not in TABLE] == []


def test_a_moment_later_is_said_with_every_503() -> None:
    for kind, row in TABLE.items():
        assert ("retry-after" in row.headers) or row.status != 503, kind


def test_the_renderers_words_stay_inside() -> None:
    response = answer_error(imaging.RendererUnavailable("no renderer answers at /run/secret.sock"))
    assert response.status == 503
    assert isinstance(response.body, bytes)
    assert b"secret" not in response.body


def test_an_unforeseen_error_is_logged_and_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = answer_error(ZeroDivisionError("internals"))
    assert (response.status, response.body) == (500, b"ERROR 9523: internal error\n")
    assert "internals" in caplog.text
