"""A request's id is our own, or a trusted proxy's, and never what a stranger likes to see in a log."""

from __future__ import annotations

import pytest

from apps.accounts.request_id import choose_request_id, read_trace_id

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_it_works() -> None:
    assert choose_request_id("abcdef-123456", is_trusted=True) == "abcdef-123456"
    made = {choose_request_id("abcdef-123456", is_trusted=False) for _ in range(9)}
    assert len(made) == 9
    assert all(len(each) == 16 for each in made)


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "abcdefgh\n", "abc defgh", "ünicodeid"])
def test_what_is_not_plain_is_not_taken(given: str) -> None:
    assert choose_request_id(given, is_trusted=True) != given


@pytest.mark.parametrize(
    ("header", "trace_id"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"01-{TRACE}-00f067aa0ba902b7-00-later", TRACE),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", ""),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", ""),
        (f"00-{TRACE}-{'0' * 16}-01", ""),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", ""),
        ("", ""),
        (f"00-{TRACE}-00f067aa0ba902b7-01\n", ""),
    ],
)
def test_traces(header: str, trace_id: str) -> None:
    assert read_trace_id(header) == trace_id
