"""Metadata means the same in each of the encodings clients send it in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.api.metadata import read_metadata
from apps.api.refusals import BadPart

MEANT = {"key": "value", "n": 1, "nest": {"a": [1, 2]}, "b": True}


@pytest.mark.parametrize(
    "words",
    [
        {"metadata": ['{"key": "value", "n": 1, "nest": {"a": [1, 2]}, "b": true}']},
        {
            "metadata.key": ["value"],
            "metadata.n": ["1"],
            "metadata.nest.a[]": ["1", "2"],
            "metadata.b": ["true"],
        },
        {
            "metadata.key": ["value"],
            "metadata.n": ["1"],
            "metadata.nest.a.0": ["1"],
            "metadata.nest.a.1": ["2"],
            "metadata.b": ["true"],
        },
        {
            "metadata[key]": ["value"],
            "metadata[n]": ["1"],
            "metadata[nest][a][]": ["1", "2"],
            "metadata[b]": ["true"],
        },
    ],
    ids=["JSON text", "Python", "Go", "Node"],
)
def test_it_works(words: dict[str, list[str]]) -> None:
    assert read_metadata({"id": ["x"], "metadatafoo": ["y"], **words}) == MEANT


@pytest.mark.parametrize("words", [{}, {"id": ["x"]}, {"metadata": [""]}, {"metadata": ["null"]}])
def test_none_is_none(words: dict[str, list[str]]) -> None:
    assert read_metadata(words) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-7", -7),
        ("1.5", 1.5),
        ("0", 0),
        ("true", True),
        ("false", False),
        ("01", "01"),
        ("1.50", "1.50"),
        ("1e3", "1e3"),
        ("True", "True"),
        ("null", "null"),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("-0", "-0"),
        (" 1", " 1"),
        ("9007199254740991", 9007199254740991),
        ("9007199254740993", "9007199254740993"),
        ("9" * 5000, "9" * 5000),
        ('"a"', '"a"'),
        ("[1]", "[1]"),
        ("", ""),
    ],
)
def test_types_come_back_only_where_nothing_is_lost(text: str, value: Any) -> None:
    restored = read_metadata({"metadata.x": [text]})
    assert restored == {"x": value}
    assert restored is not None
    assert type(restored["x"]) is type(value)


def test_text_in_json_keeps_its_type() -> None:
    assert read_metadata({"metadata": ['{"n": "1"}']}) == {"n": "1"}


@pytest.mark.parametrize(
    ("words", "named", "says"),
    [
        ({"metadata": ["{"]}, "metadata", "must be a JSON object"),
        ({"metadata": ["[1]"]}, "metadata", "must be a JSON object"),
        ({"metadata": ['{"a": NaN}']}, "metadata", "must be a JSON object"),
        ({"metadata": ["[" * 100_000]}, "metadata", "must be a JSON object"),
        ({"metadata": ["{}", "{}"]}, "metadata", "may be given once"),
        ({"metadata": ["{}"], "metadata.a": ["1"]}, "metadata", "may be given once"),
        ({"metadata.a": ["1", "2"]}, "metadata.a", "may stand once"),
        ({"metadata.a": ["1"], "metadata.a.b": ["2"]}, "metadata.a.b", "contradicts"),
        ({"metadata.a.b": ["2"], "metadata.a": ["1"]}, "metadata.a", "contradicts"),
        ({"metadata.a[].b": ["2"]}, "metadata.a[].b", "JSON text"),
        ({"metadata[]": ["2"]}, "metadata[]", "JSON text"),
        ({"metadata..a": ["2"]}, "metadata..a", "not a name"),
        ({"metadata[a": ["2"]}, "metadata[a", "not a name"),
        ({"metadata" + ".a" * 33: ["2"]}, "metadata" + ".a" * 33, "not a name"),
    ],
)
def test_what_cannot_be_understood_names_the_part(words: dict[str, list[str]], named: str, says: str) -> None:
    with pytest.raises(BadPart, match=says) as caught:
        read_metadata(words)
    assert caught.value.name == named


KEYS = st.text(st.characters(exclude_characters=".[]", exclude_categories=["Cs"]), min_size=1, max_size=8)
LEAVES = st.integers(-(2**53) + 1, 2**53 - 1) | st.booleans() | KEYS.filter(lambda text: text.isalpha())


@given(st.dictionaries(KEYS.filter(lambda key: not key.isdigit()), LEAVES, min_size=1, max_size=5))
def test_dots_and_brackets_say_what_json_says(meant: dict[str, Any]) -> None:
    def spell(value: Any) -> str:
        return str(value).lower() if isinstance(value, bool) else str(value)

    meant = {key: value for key, value in meant.items() if value not in ("true", "false")}
    dotted = {f"metadata.{key}": [spell(value)] for key, value in meant.items()}
    bracketed = {f"metadata[{key}]": [spell(value)] for key, value in meant.items()}
    assert read_metadata(dotted) == read_metadata(bracketed) == (meant or None)
