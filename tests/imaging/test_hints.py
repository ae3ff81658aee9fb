"""What is left open in a recipe is resolved by what a browser tells."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.imaging.options.grammar import parse, write
from apps.imaging.recipe import Recipe
from apps.imaging.recipe.hints import (
    Hints,
    Topic,
    find_topics,
    is_slow_connection,
    list_resolved,
    resolve,
    resolve_quality,
    resolve_width,
)
from tests.imaging.recipes import recipes


def test_it_works() -> None:
    recipe = resolve_width(parse("w=auto,fit=cover,scq=40"), viewport_width=390, dpr=2)
    assert write(resolve_quality(recipe, is_slow=True)) == "fit=cover,quality=40,width=960"


@pytest.mark.parametrize(
    ("viewport_width", "dpr", "width"),
    [(320, 1, 320), (321, 1, 768), (300, 1.07, 768), (600, 2, 1200), (601, 2, 1200), (5_000, 3, 1200)],
)
def test_the_smallest_breakpoint_that_is_enough(viewport_width: int, dpr: float, width: int) -> None:
    assert resolve_width(parse("w=auto"), viewport_width=viewport_width, dpr=dpr) == Recipe(width=width)


def test_breakpoints_of_one_s_own() -> None:
    recipe = parse("w=auto,wbreakpoints=1920;100")
    assert resolve_width(recipe, viewport_width=101) == Recipe(width=1920)
    assert resolve_width(recipe, viewport_width=1) == Recipe(width=100)


def test_without_a_viewport_the_device_decides() -> None:
    assert resolve_width(parse("w=auto"), is_mobile=True, dpr=3) == Recipe(width=768)
    assert resolve_width(parse("w=auto")) == Recipe(width=1200)
    recipe = parse("w=auto,wmobile=400,wdesktop=2000")
    assert resolve_width(recipe, is_mobile=True) == Recipe(width=400)
    assert resolve_width(recipe) == Recipe(width=2000)


def test_a_width_that_was_given_stays() -> None:
    assert resolve_width(parse("w=77,wmobile=5"), viewport_width=10) == Recipe(width=77)
    assert resolve_width(Recipe(), viewport_width=10) == Recipe()


def test_quality() -> None:
    recipe = parse("q=80,scq=30")
    assert resolve_quality(recipe, is_slow=True) == Recipe(quality=30)
    assert resolve_quality(recipe, is_slow=False) == Recipe(quality=80)
    assert (
        resolve_quality(recipe, is_slow=True).fingerprint
        != resolve_quality(recipe, is_slow=False).fingerprint
    )
    assert resolve_quality(parse("q=80"), is_slow=True) == Recipe(quality=80)


@pytest.mark.parametrize(
    ("hints", "is_slow"),
    [
        ({}, False),
        ({"rtt_ms": 150}, False),
        ({"rtt_ms": 151}, True),
        ({"saves_data": True}, True),
        ({"effective_type": "4g"}, False),
        ({"effective_type": "3g"}, True),
        ({"effective_type": "slow-2g"}, True),
        ({"downlink_mbps": 5}, False),
        ({"downlink_mbps": 4.9, "rtt_ms": 10, "effective_type": "4g"}, True),
    ],
)
def test_slow_connections(hints: dict[str, object], is_slow: bool) -> None:
    assert is_slow_connection(**hints) is is_slow  # type: ignore[arg-type]  # a table of keyword arguments


def test_what_leaves_nothing_open() -> None:
    for options in ("", "w=400", "w=40,wmobile=9,wbreakpoints=5"):
        recipe = parse(options)
        assert (find_topics(recipe), list_resolved(recipe)) == ((), (recipe,))


def test_topics() -> None:
    assert find_topics(parse("w=auto")) == (Topic.SCREEN,)
    assert find_topics(parse("w=9,scq=3")) == (Topic.CONNECTION,)
    assert find_topics(parse("w=auto,scq=3")) == (Topic.SCREEN, Topic.CONNECTION)


def test_all_it_can_come_to() -> None:
    assert set(list_resolved(parse("w=auto"))) == {Recipe(width=width) for width in (320, 768, 960, 1200)}
    assert list_resolved(parse("q=80,scq=30")) == (Recipe(quality=80), Recipe(quality=30))
    assert len(list_resolved(parse("w=auto,scq=30,wmobile=5"))) == 10


@settings(deadline=None)
@given(
    recipe=recipes(),
    hints=st.builds(
        Hints, st.none() | st.integers(1, 99_999), st.floats(0.1, 99), st.booleans(), st.booleans()
    ),
)
def test_nothing_else_comes_of_it(recipe: Recipe, hints: Hints) -> None:
    if not find_topics(recipe):
        return
    resolved = resolve(recipe, hints)
    assert resolved in list_resolved(recipe)
    assert find_topics(resolved) == ()
