"""Fuzzing: property tests that a longer run makes harder, and changes that reach deeper than noise.

`make test` tries each a few hundred times, `make fuzz` fifty times as often (FUZZ=… says how much). What it
finds becomes an example of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st

FACTOR = int(os.environ.get("FUZZ", "1"))

Test = TypeVar("Test", bound=Callable[..., Any])
Change = Callable[[bytearray], None]


def fuzz(examples: int) -> Callable[[Test], Test]:
    """Mark a test of hypothesis' as one to run longer, and say how many examples it usually has."""

    def mark(test: Test) -> Test:
        return pytest.mark.fuzz(settings(max_examples=examples * FACTOR, deadline=None)(test))

    return mark


# Lengths and counts at which parsers go wrong.
NUMBERS = [0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1]
_PLACE = st.integers(0, 2_000)


def changes() -> st.SearchStrategy[list[Change]]:
    """Return one to six things to do to a file: bytes set, put in, taken out, repeated, numbers replaced."""
    return st.lists(st.one_of(_settings(), _repeats(), _numbers()), min_size=1, max_size=6)


def change(data: bytes, todo: list[Change]) -> bytes:
    changed = bytearray(data)
    for each in todo:
        each(changed)
    return bytes(changed)


def _settings() -> st.SearchStrategy[Change]:
    def make(at: int, length: int, new: bytes) -> Change:
        def apply(data: bytearray) -> None:
            start = at % (len(data) + 1)
            data[start : start + length] = new

        return apply

    return st.builds(make, _PLACE, st.integers(0, 40), st.binary(max_size=6))


def _repeats() -> st.SearchStrategy[Change]:
    def make(at: int, length: int, times: int) -> Change:
        def apply(data: bytearray) -> None:
            start = at % (len(data) + 1)
            data[start:start] = data[start : start + length] * times

        return apply

    return st.builds(make, _PLACE, st.integers(1, 64), st.integers(1, 20))


def _numbers() -> st.SearchStrategy[Change]:
    def make(at: int, width: int, number: int, order: Any) -> Change:
        def apply(data: bytearray) -> None:
            start = at % (len(data) + 1)
            data[start : start + width] = (number % 256**width).to_bytes(width, order)

        return apply

    order = st.sampled_from(["big", "little"])
    return st.builds(make, _PLACE, st.sampled_from([1, 2, 4]), st.sampled_from(NUMBERS), order)


def json_values(names: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Any]:
    """Return anything JSON can say, a few levels deep."""
    plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
    keys = st.text(max_size=10) if names is None else names
    return st.recursive(
        plain,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=12,
    )
