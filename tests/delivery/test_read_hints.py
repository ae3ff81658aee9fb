"""Hints are read from headers of the right form, and from no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.delivery.hints import CLIENT_HINTS, read_hints
from apps.imaging.recipe.hints import NO_HINTS, Hints


def test_it_works() -> None:
    headers = {"sec-ch-viewport-width": "390", "sec-ch-dpr": "2.625", "sec-ch-ua-mobile": "?1", "rtt": "200"}
    assert read_hints(headers) == Hints(viewport_width=390, dpr=2.625, is_mobile=True, is_slow=True)
    assert read_hints({}) == NO_HINTS


def test_a_phone_is_known_by_its_name_unless_it_says_otherwise() -> None:
    phone = {"user-agent": "Mozilla/5.0 (Linux; Android 15; K) Chrome/140.0.0.0 Mobile"}
    assert read_hints(phone) == Hints(is_mobile=True)
    assert read_hints(phone | {"sec-ch-ua-mobile": "?0"}) == NO_HINTS


@pytest.mark.parametrize(
    "value",
    ["", "-1", "0", "1e3", "nan", "inf", "400px", "400, 400", " 400", "٤٠٠", "9" * 99, "?1", "\xff", "on"],
)
def test_garbage_is_ignored(value: str) -> None:
    for name in ("sec-ch-viewport-width", "sec-ch-dpr", "rtt", "ect"):
        assert read_hints({name: value}) == NO_HINTS
    assert read_hints({"downlink": value or "x"}) == Hints(is_slow=value == "0")


NAMES = [name.lower() for names in CLIENT_HINTS.values() for name in names]


@given(
    st.dictionaries(
        st.sampled_from([*NAMES, "user-agent", "accept"]),
        st.text(max_size=20) | st.from_regex(r"\A[0-9.?e-]{1,8}\Z"),
    )
)
def test_whatever_is_sent_something_comes_of_it(headers: dict[str, str]) -> None:
    hints = read_hints(headers)
    assert hints.viewport_width is None or 0 < hints.viewport_width < 100_000
    assert 0 < hints.dpr < 100_000
