"""Every refusal of a service has a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apps.accounts.errors import QuotaExceeded
from apps.dashboard.messages import DOMAIN_ERRORS, TABLE, explain, find_row
from apps.imaging.errors import LimitExceeded


def leaves(kind: type[Exception]) -> Iterator[type[Exception]]:
    below = kind.__subclasses__()
    if not below:
        yield kind
    for child in below:
        yield from leaves(child)


def test_it_works() -> None:
    refusal = explain(QuotaExceeded(5))
    assert (refusal.status, refusal.is_final) == (403, True)
    assert refusal.sentence.startswith("The account may hold 5 images")


@pytest.mark.parametrize("root", DOMAIN_ERRORS, ids=lambda root: root.__name__)
def test_every_leaf_has_a_row(root: type[Exception]) -> None:
    assert [leaf.__name__ for leaf in leaves(root) if find_row(leaf) is None] == []


def test_every_row_is_of_a_domain_error() -> None:
    assert all(issubclass(kind, DOMAIN_ERRORS) for kind in TABLE)


def test_sentences_end_once() -> None:
    sentence = explain(LimitExceeded("max_side", 12_001, 12_000)).sentence
    assert sentence.endswith(".")
    assert not sentence.endswith("..")


def test_what_is_not_in_the_table_is_not_explained_away() -> None:
    with pytest.raises(ZeroDivisionError):
        explain(ZeroDivisionError())
