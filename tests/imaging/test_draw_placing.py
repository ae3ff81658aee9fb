"""Where an overlay lies is decided in whole numbers, and never beside its canvas."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.imaging.box import Box, Size
from apps.imaging.geometry.placing import Placement, as_recipe, place
from apps.imaging.options.grammar import parse
from apps.imaging.recipe.overlay import Overlay, Repeat
from apps.imaging.recipe.trim import Length

CANVAS = (100, 60)
LOGO = Overlay(image="logo")
SIDE = st.integers(1, 3_000)
OFFSET = st.none() | st.integers(0, 3_000)
DPR = st.integers(10, 300).map(lambda number: Fraction(number, 100))


def test_it_works() -> None:
    placed = place(replace(LOGO, right=5, bottom=0), (20, 10), CANVAS, Fraction(1))
    assert placed == Placement((1, 1), Box(0, 0, 20, 10), Box(75, 50, 20, 10))


@pytest.mark.parametrize(
    ("options", "dpr", "seen", "box"),
    [
        ({}, 1, Box(0, 0, 20, 10), Box(40, 25, 20, 10)),
        ({"left": 0, "top": 0}, 1, Box(0, 0, 20, 10), Box(0, 0, 20, 10)),
        ({"right": 0, "bottom": 0}, 1, Box(0, 0, 20, 10), Box(80, 50, 20, 10)),
        ({"left": 5, "top": 7}, 2, Box(0, 0, 20, 10), Box(10, 14, 20, 10)),
        ({"right": 5}, Fraction(3, 2), Box(0, 0, 20, 10), Box(72, 25, 20, 10)),
        ({"left": 90}, 1, Box(0, 0, 10, 10), Box(90, 25, 10, 10)),
        ({"right": 90}, 1, Box(10, 0, 10, 10), Box(0, 25, 10, 10)),
    ],
)
def test_offsets(options: dict[str, int], dpr: int | Fraction, seen: Box, box: Box) -> None:
    assert place(replace(LOGO, **options), (20, 10), CANVAS, Fraction(dpr)) == Placement((1, 1), seen, box)


def test_halves_go_the_way_they_go_in_padding() -> None:
    placed = place(LOGO, (21, 11), CANVAS, Fraction(1))
    assert placed is not None
    assert placed.box == Box(40, 25, 21, 11)


def test_what_is_larger_is_cut_on_both_sides() -> None:
    placed = place(LOGO, (200, 100), CANVAS, Fraction(1))
    assert placed == Placement((1, 1), Box(50, 20, 100, 60), Box(0, 0, 100, 60))


@pytest.mark.parametrize("options", [{"left": 100}, {"right": 100}, {"top": 60}, {"bottom": 60}])
def test_what_lies_beside_is_not_drawn(options: dict[str, int]) -> None:
    assert place(replace(LOGO, **options), (20, 10), CANVAS, Fraction(1)) is None


@pytest.mark.parametrize(
    ("repeat", "tiles", "seen", "box"),
    [
        (Repeat.EVERYWHERE, (6, 7), Box(15, 3, 100, 60), Box(0, 0, 100, 60)),
        (Repeat.ACROSS, (6, 1), Box(15, 0, 100, 10), Box(0, 7, 100, 10)),
        (Repeat.DOWN, (1, 7), Box(0, 3, 20, 60), Box(5, 0, 20, 60)),
    ],
)
def test_tiles_go_on_from_where_the_overlay_lies(repeat: Repeat, tiles: Size, seen: Box, box: Box) -> None:
    placed = place(replace(LOGO, left=5, top=7, repeat=repeat), (20, 10), CANVAS, Fraction(1))
    assert placed == Placement(tiles, seen, box)


@pytest.mark.parametrize(
    ("width", "height", "dpr", "sides"),
    [
        (None, None, 2, (None, None)),
        (Length(30), None, 2, (60, None)),
        (Length(2_500, is_share=True), Length(10_000, is_share=True), 2, (25, 60)),
        (Length(1, is_share=True), Length(1), Fraction(1, 10), (1, 1)),
    ],
)
def test_shares_are_of_the_canvas(
    width: Length | None, height: Length | None, dpr: int | Fraction, sides: tuple[int | None, int | None]
) -> None:
    recipe = as_recipe(replace(LOGO, width=width, height=height), CANVAS, Fraction(dpr))
    assert (recipe.width, recipe.height, recipe.dpr) == (*sides, 1)


def test_what_is_asked_of_an_overlay_is_asked_of_its_recipe() -> None:
    text = "draw.image=logo,draw.fit=cover,draw.flip=h,draw.blur=2,draw.trim=1;0.2;3;4,draw.border=red;3"
    (overlay,) = parse(f"{text},draw.trim.border.keep=3").draw
    expected = parse("fit=cover,flip=h,blur=2,trim=2;0.2;5;6,border=red;5,trim.border.keep=5")
    assert as_recipe(overlay, CANVAS, Fraction(3, 2)) == expected


@given(
    st.tuples(SIDE, SIDE), st.tuples(SIDE, SIDE), OFFSET, OFFSET, st.booleans(), st.sampled_from(Repeat), DPR
)
def test_it_stays_on_the_canvas_and_within_the_tiles(
    size: Size,
    canvas: Size,
    across: int | None,
    down: int | None,
    is_far: bool,
    repeat: Repeat,
    dpr: Fraction,
) -> None:
    names = ("right", "bottom") if is_far else ("left", "top")
    overlay = replace(LOGO, repeat=repeat, **dict(zip(names, (across, down), strict=True)))
    placed = place(overlay, size, canvas, dpr)
    if placed is None:
        assert repeat is not Repeat.EVERYWHERE
        assert across is not None or down is not None
        return
    box, seen = placed.box, placed.seen
    assert seen.size == box.size
    assert min(box.left, box.top, seen.left, seen.top) >= 0
    assert min(box.size) >= 1
    assert box.left + box.width <= canvas[0]
    assert box.top + box.height <= canvas[1]
    assert seen.left + seen.width <= placed.tiles[0] * size[0]
    assert seen.top + seen.height <= placed.tiles[1] * size[1]
    if repeat is Repeat.EVERYWHERE:
        assert box == Box(0, 0, *canvas)
    # No more tiles than are seen, and one more at either end.
    assert placed.tiles[0] * size[0] < canvas[0] + 2 * size[0]
    assert placed.tiles[1] * size[1] < canvas[1] + 2 * size[1]


@given(st.tuples(SIDE, SIDE), st.tuples(SIDE, SIDE), st.integers(0, 3_000), st.integers(0, 3_000))
def test_the_two_ends_mirror_each_other(size: Size, canvas: Size, across: int, down: int) -> None:
    near = place(replace(LOGO, left=across, top=down), size, canvas, Fraction(1))
    far = place(replace(LOGO, right=across, bottom=down), size, canvas, Fraction(1))
    assert (near is None) is (far is None)
    if near is None or far is None:
        return
    assert near.box.size == far.box.size
    assert near.box.left == canvas[0] - far.box.left - far.box.width
    assert near.box.top == canvas[1] - far.box.top - far.box.height
