"""Whatever options are made of, they come to a recipe or to an OptionsError, and a recipe to itself again."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apps.imaging.errors import OptionsError
from apps.imaging.options.grammar import MAX_TEXT_LENGTH, find_ignored, from_mapping, parse, to_mapping, write
from apps.imaging.options.table import OPTIONS
from apps.imaging.recipe import Recipe
from apps.imaging.recipe.hints import list_resolved
from tests.fuzzing import fuzz, json_values

NAMES = sorted({name for option in OPTIONS for name in (option.name, option.alias) if name})
PIECES = [
    *("auto", "100", "0.5", ".5", "-1", "1e3", "0.5x0.5", "0x1;box-center", "320;768", "1;2;3;4", "border"),
    *("0.1;0.2", "red", "#fff", "%23fff", "rgb(1,2,3)", "rgb(1 2 3 / 50%)", "hsl(", ")", "(", "face", "h"),
    *("cover", "webp", "placeholder", "json", "png-force", "true", "false", "high", "redirect", "fast"),
    *(
        "999999999",
        "12001",
        "255",
        "٣",
        "\0",
        "\r\n",
        "é",
        "😀",
        " ",
        "",
        "red;5",
        "copyright",
        "interpolate",
    ),
]
values = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=3).map("".join)
names = st.sampled_from([*NAMES, "draw", "draw.1", "draw.image", "draw.2.text", "x", "trim.border.x", ""])
texts = st.lists(
    st.tuples(names, st.sampled_from(["=", "=", "=", "", "=="]), values).map("".join), max_size=8
).map(",".join)


def assert_it_is_one(recipe: Recipe) -> None:
    """A recipe that was read can be written, in both forms, and is the same when read again."""
    text = write(recipe)
    assert parse(text) == recipe == from_mapping(to_mapping(recipe))
    assert find_ignored(text) == []
    assert len({resolved.fingerprint for resolved in list_resolved(recipe)}) <= 88


def assert_it_can_be_shown(refusal: OptionsError) -> None:
    """In a header, a log line, a terminal."""
    assert str(refusal).isprintable()
    assert len(str(refusal)) < 500


@fuzz(500)
@given(texts)
def test_it_works(text: str) -> None:
    refusal = None
    try:
        recipe = parse(text)
    except OptionsError as error:
        refusal = error
    if refusal is None:
        assert_it_is_one(recipe)
        assert all(part in text for part in find_ignored(text))
    else:
        assert refusal.position is not None
        assert 0 <= refusal.position <= max(len(text), MAX_TEXT_LENGTH)
        assert_it_can_be_shown(refusal)


json_names = st.sampled_from([*NAMES, "x", "y", "mode", "image", "text"]) | st.text(max_size=5)
spelt = st.sampled_from(PIECES) | st.integers(-2, 300) | st.floats(0, 1) | st.booleans()


@fuzz(500)
@given(st.dictionaries(json_names, spelt | json_values(json_names), max_size=6))
def test_any_object(options: dict[str, Any]) -> None:
    refusal = None
    try:
        recipe = from_mapping(options)
    except OptionsError as error:
        refusal = error
    if refusal is None:
        assert_it_is_one(recipe)
    else:
        assert_it_can_be_shown(refusal)
