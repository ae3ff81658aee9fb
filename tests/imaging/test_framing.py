"""What is kept around a subject: numbers by hand, and what holds whatever the recipe."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.imaging.box import Box
from apps.imaging.errors import EmptyImage
from apps.imaging.geometry.focus import Area
from apps.imaging.geometry.framing import ROOM
from apps.imaging.geometry.plan import Plan, make_plan
from apps.imaging.geometry.turn import UPRIGHT
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import Recipe
from apps.imaging.source import SourceFormat, SourceInfo
from tests.imaging.recipes import SIDE, recipes
from tests.imaging.test_focus import areas

FACE = Area(7000, 2000, 1000, 1000)  # of 1200×800: 120×80 at 840, 160
FIT = "w=400,h=400,fit=cover,g=face"


def plan(options: str, *found: Area, size: tuple[int, int] = (1200, 800), orientation: int = 1) -> Plan:
    """Return the plan for a source seen at a size."""
    stored = UPRIGHT[orientation].lay(size)
    info = SourceInfo(SourceFormat.JPEG, *stored, orientation=orientation)
    return make_plan(parse(options), info, areas=found)


def test_it_works() -> None:
    found = plan(FIT, FACE)  # scaled by half: the face's middle is at 450, 100
    assert (found.resized, found.cropped) == ((600, 400), Box(200, 0, 400, 400))
    assert plan("w=100,h=400,fit=cover,g=auto", Area(5500, 0)).cropped == Box(280, 0, 100, 400)


@pytest.mark.parametrize(
    ("zoom", "resized", "cropped"),
    [
        (0, (600, 400), Box(200, 0, 400, 400)),
        # Tight is half, the scale, since the face with its room would be 0.3 of the window.
        (1, (1200, 800), Box(700, 0, 400, 400)),
        (0.5, (800, 533), Box(400, 0, 400, 400)),
    ],
)
def test_a_zoom_shrinks_the_window(zoom: float, resized: tuple[int, int], cropped: Box) -> None:
    found = plan(f"{FIT},zoom={zoom}", FACE)
    assert (found.resized, found.cropped) == (resized, cropped)


def test_a_full_zoom_leaves_room_around_the_face() -> None:
    face = Area(4000, 4000, 1000, 1500)  # of 4000×4000: 400×600 at 1600, 1600
    found = plan("w=100,h=100,fit=cover,g=face,zoom=1", face, size=(4000, 4000))
    # The window is ROOM × 600 wide, which is scaled to 100.
    assert found.resized == (round(4000 * 100 / (ROOM * 600)),) * 2
    assert found.cropped == Box(100, 108, 100, 100)


@pytest.mark.parametrize(
    "options",
    [
        "w=2000,h=2000,fit=cover,g=face,zoom=1",  # enlarged already
        "w=2000,h=2000,fit=aspect-crop,g=face,zoom=1",
        "fit=cover,g=face,zoom=1",
        "w=400,h=400,fit=pad,g=face,zoom=1",
        "w=400,h=400,g=face,zoom=1",
    ],
)
def test_a_zoom_sharpens_nothing(options: str) -> None:
    assert plan(options, FACE).resized == plan(options.replace("zoom=1", "zoom=0"), FACE).resized


def test_there_is_no_zoom_to_a_point() -> None:
    assert plan(f"{FIT},zoom=1", Area(7500, 2500)).resized == (600, 400)


def test_as_many_faces_as_the_window_holds() -> None:
    near, far = Area(1000, 2000, 1500, 2000), Area(8000, 2000, 1000, 1000)
    wide, square = "w=600,h=200,fit=cover,g=face", "w=200,h=200,fit=cover,g=face"
    assert plan(wide, near, far).cropped == Box(0, 20, 600, 200)
    # 1200 wide the picture holds both, a square of 800 only the first; the second still fits with a third.
    assert plan(square, near, far).cropped == plan(square, near).cropped == Box(0, 0, 200, 200)
    assert plan(square, far, near, Area(5000, 2000, 500, 500)).cropped == Box(100, 0, 200, 200)
    above, below = Area(4000, 0, 1000, 1000), Area(4000, 8000, 1000, 2000)  # 800 from top to bottom
    assert plan(wide, above, below).cropped == plan(wide, above).cropped == Box(0, 0, 600, 200)


def test_what_trim_takes_away_counts_as_its_edge() -> None:
    assert plan("w=100,h=400,fit=cover,g=auto,trim.left=0.5", Area(1000, 5000)).cropped == Box(0, 0, 100, 400)
    # 900 of 1200 is in the middle of what is left.
    assert plan("w=100,h=400,fit=cover,g=auto,trim.left=0.5", Area(7500, 0)).cropped == Box(100, 0, 100, 400)


def test_a_face_that_is_trimmed_off_counts_no_more() -> None:
    gone, left = Area(100, 2000, 2000, 2000), Area(8500, 2000, 500, 500)
    options = "w=100,h=400,fit=cover,g=face,trim.left=0.5"
    assert plan(options, gone, left).cropped == plan(options, left).cropped
    assert plan(f"{options},zoom=1", gone) == plan(options, gone)
    assert plan(f"{options},zoom=1", gone, left) == plan(f"{options},zoom=1", left) != plan(options, left)


@pytest.mark.parametrize(
    ("options", "cropped"),
    [
        ("flip=h", Box(0, 0, 100, 400)),
        ("rotate=180", Box(0, 0, 100, 400)),
        ("rotate=90", Box(0, 500, 400, 100)),
        ("rotate=270", Box(0, 0, 400, 100)),
    ],
)
def test_it_turns_with_the_picture(options: str, cropped: Box) -> None:
    sides = "w=400,h=100" if "0" in options and "180" not in options else "w=100,h=400"
    assert plan(f"{sides},fit=cover,g=auto,{options}", Area(10_000, 0)).cropped == cropped


@given(
    recipe=recipes(),
    size=st.tuples(SIDE, SIDE),
    orientation=st.integers(1, 8),
    found=st.lists(areas(), max_size=4),
)
def test_whatever_is_found(
    recipe: Recipe, size: tuple[int, int], orientation: int, found: list[Area]
) -> None:
    try:
        usual = make_plan(recipe, SourceInfo(SourceFormat.JPEG, *size))
    except EmptyImage:
        return
    aimed = make_plan(recipe, SourceInfo(SourceFormat.JPEG, *size), areas=tuple(found))
    assert (aimed.size, aimed.canvas, aimed.trimmed) == (usual.size, usual.canvas, usual.trimmed)
    whole, kept = aimed.turn.lay(aimed.resized), aimed.cropped
    if kept is not None:
        assert kept.left >= 0
        assert kept.top >= 0
        assert kept.left + kept.width <= whole[0]
        assert kept.top + kept.height <= whole[1]
    else:
        assert aimed.resized == usual.resized
    original = aimed.trimmed.size if aimed.trimmed else size
    for side, before, most in zip(aimed.resized, usual.resized, original, strict=True):
        assert before <= side <= max(before, most)

    stored = UPRIGHT[orientation].lay(size)
    other = make_plan(
        recipe, SourceInfo(SourceFormat.JPEG, *stored, orientation=orientation), areas=tuple(found)
    )
    assert (other.cropped, other.size) == (aimed.cropped, aimed.size)


@given(zoom=st.integers(0, 99), face=areas())
def test_more_zoom_shows_no_more(zoom: int, face: Area) -> None:
    def share(hundredths: int) -> Fraction:
        found = plan(f"{FIT},zoom={hundredths / 100}", face)
        return Fraction(400, found.resized[0])

    assert share(zoom + 1) <= share(zoom)
