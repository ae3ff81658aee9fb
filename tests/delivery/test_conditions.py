"""If-None-Match, Range and If-Range as RFC 9110 has them."""

from __future__ import annotations

import pytest

from apps.delivery.conditions import choose_range, is_unchanged
from apps.delivery.refusals import RangeNotSatisfiable

ETAG = '"abc"'


def test_it_works() -> None:
    assert is_unchanged(ETAG, ETAG)
    assert choose_range("bytes=0-9", "", ETAG, 100) == (0, 10)


@pytest.mark.parametrize(
    ("header", "is_same"),
    [
        ('W/"abc"', True),
        ('"x", W/"y","abc"', True),
        (" * ", True),
        ('"x, y", "abc"', True),
        ("", False),
        ("abc", False),
        ('"ABC"', False),
        ('"abcd"', False),
    ],
)
def test_if_none_match(header: str, is_same: bool) -> None:
    assert is_unchanged(header, ETAG) is is_same


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=90-", (90, 10)),
        ("bytes=-10", (90, 10)),
        ("bytes=-1000", (0, 100)),
        ("bytes=99-1000", (99, 1)),
        ("BYTES=5-5", (5, 1)),
        ("bytes=0-0,5-5", None),
        ("bytes=-", None),
        ("bytes=9-5", None),
        ("bytes=a-b", None),
        ("bytes=+1-2", None),
        ("bytes=٠-١", None),
        ("items=0-1", None),
        ("", None),
    ],
)
def test_range(header: str, part: tuple[int, int] | None) -> None:
    assert choose_range(header, "", ETAG, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable):
        choose_range(header, "", ETAG, 100)


@pytest.mark.parametrize(("if_range", "part"), [(ETAG, (0, 1)), ('"old"', None), ('W/"abc"', None)])
def test_if_range_of_another_picture_means_the_whole(if_range: str, part: tuple[int, int] | None) -> None:
    assert choose_range("bytes=0-0", if_range, ETAG, 100) == part
