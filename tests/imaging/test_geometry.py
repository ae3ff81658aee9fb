"""Sizes and boxes come out as documented, for every fit and however the source is stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.imaging.box import Box
from apps.imaging.geometry.plan import Plan, follows_subject, make_plan
from apps.imaging.geometry.turn import UPRIGHT, Turn
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import Fit, Flip, Recipe
from apps.imaging.recipe.gravity import Gravity, Mode
from apps.imaging.source import SourceFormat, SourceInfo
from tests.imaging.recipes import hundredths

SIDE = st.integers(1, 12_000)


def plan(width: int, height: int, options: str, *, orientation: int = 1) -> Plan:
    """Return the plan for a source that is seen at width×height."""
    stored = UPRIGHT[orientation].lay((width, height))
    return make_plan(parse(options), SourceInfo(SourceFormat.JPEG, *stored, orientation=orientation))


def test_it_works() -> None:
    found = plan(1080, 720, "width=500,height=500,fit=cover")
    assert found == Plan(
        trimmed=None,
        resized=(750, 500),
        turn=Turn(),
        cropped=Box(125, 0, 500, 500),
        is_crop_sought=False,
        padded=None,
        bordered=None,
        size=(500, 500),
    )


@pytest.mark.parametrize(
    ("source", "options", "size"),
    [
        # The documentation's own numbers (catalogue §4.3).
        ((1080, 720), "w=500,h=500", (500, 333)),
        ((1080, 720), "w=2000,h=2000", (1080, 720)),
        ((200, 100), "w=50,h=50,fit=contain", (50, 25)),
        ((1080, 720), "w=500,h=500,fit=cover", (500, 500)),
        ((1080, 720), "w=1296,h=1296,fit=crop", (1080, 720)),
        ((612, 613), "w=1920,h=1120,fit=aspect-crop", (612, 357)),
        ((1080, 720), "w=1080,h=1080,fit=pad", (1080, 1080)),
        ((1080, 720), "w=1080,h=540,fit=squeeze", (1080, 540)),
        ((1080, 720), "w=500,h=500,fit=scale-up", (1080, 720)),
        # And what follows from the rules.
        ((1080, 720), "", (1080, 720)),
        ((1080, 720), "dpr=2", (1080, 720)),
        ((1080, 720), "w=270", (270, 180)),
        ((1080, 720), "h=180", (270, 180)),
        ((1080, 720), "w=270,dpr=2", (540, 360)),
        ((1080, 720), "w=2160,fit=contain", (2160, 1440)),
        ((1080, 720), "w=2160,h=2160,fit=scale-up", (2160, 1440)),
        ((1080, 720), "w=500,fit=cover", (500, 333)),
        ((1080, 720), "h=1440,fit=cover", (2160, 1440)),
        ((1080, 720), "w=auto", (1080, 720)),
        ((1080, 720), "w=auto,dpr=2,fit=cover", (1080, 720)),
        ((1080, 720), "w=auto,h=180", (270, 180)),
        ((1080, 720), "w=2000,h=500,fit=crop", (1080, 500)),
        ((1080, 720), "w=500,h=500,fit=crop", (500, 500)),
        ((1080, 720), "w=500,h=500,fit=aspect-crop", (500, 500)),
        ((10_000, 3), "w=100", (100, 1)),
        ((3, 2), "w=1,h=1,fit=contain", (1, 1)),
    ],
)
def test_sizes(source: tuple[int, int], options: str, size: tuple[int, int]) -> None:
    assert plan(*source, options).size == size


@pytest.mark.parametrize(
    ("gravity", "left_top"),
    [
        ("0.33x0.5", (198, 0)),  # the documentation's number (catalogue §4.4)
        ("left", (0, 0)),
        ("right", (600, 0)),
        ("center", (300, 0)),
        ("1x0", (600, 0)),
    ],
)
def test_gravity_follows_the_remainder(gravity: str, left_top: tuple[int, int]) -> None:
    box = plan(900, 900, f"w=300,h=900,fit=cover,g={gravity}").cropped
    assert box is not None
    assert (box.left, box.top) == left_top


@pytest.mark.parametrize(
    ("gravity", "left"),
    [
        ("0.5x0.5", 300),
        ("0.33x0.5", 147),  # its middle, 297, less half of 300
        ("0.1x0.5", 0),
        ("0.9x0.5", 600),
        ("0x0", 0),
        ("1x1", 600),
    ],
)
def test_or_is_the_box_s_centre(gravity: str, left: int) -> None:
    assert plan(900, 900, f"w=300,h=900,fit=cover,g={gravity};box-center").cropped == Box(left, 0, 300, 900)


@pytest.mark.parametrize("gravity", ["center", "0.5x0.5;box-center"])
def test_halves_are_rounded_up(gravity: str) -> None:
    box = plan(900, 900, f"w=301,h=900,fit=cover,g={gravity}").cropped
    assert box is not None
    assert box.left == 300


def test_padding_is_centred_whatever_the_gravity() -> None:
    assert plan(1080, 720, "w=1080,h=1080,fit=pad,g=top").padded == Box(0, 180, 1080, 720)


def test_what_is_sought_only_has_a_size() -> None:
    found = plan(900, 600, "w=300,h=300,fit=cover,g=entropy")
    assert found.is_crop_sought
    assert found.size == (300, 300)
    assert not plan(900, 600, "w=300,h=300,g=entropy").is_crop_sought


@pytest.mark.parametrize(
    ("options", "follows"),
    [
        ("w=300,h=300,fit=cover,g=auto", True),
        ("w=300,h=300,fit=crop,g=face", True),
        ("w=300,h=200,fit=cover,g=auto", False),  # nothing is cut off
        ("w=300,h=200,fit=cover,g=face", False),
        ("w=300,h=200,fit=cover,g=face,zoom=0.1", True),
        ("w=300,h=200,fit=cover,g=auto,zoom=0.1", False),
        ("w=300,h=300,g=face,zoom=0.1", False),
        ("w=300,h=300,fit=cover,g=entropy", False),
        ("w=300,h=300,fit=cover,g=left", False),
    ],
)
def test_when_the_subject_decides(options: str, follows: bool) -> None:
    assert follows_subject(parse(options), plan(900, 600, options)) is follows


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("fit", Fit)
def test_how_it_is_stored_makes_no_difference(orientation: int, fit: Fit) -> None:
    options = f"w=333,h=222,fit={fit.value},g=0.2x0.9"
    upright, stored = plan(1000, 501, options), plan(1000, 501, options, orientation=orientation)
    assert (stored.size, stored.cropped, stored.padded) == (upright.size, upright.cropped, upright.padded)
    assert stored.turn.lay(stored.resized) == upright.resized


@pytest.mark.parametrize(
    ("options", "turn"),
    [
        ("rotate=90", Turn(quarters=1)),
        ("flip=h", Turn(is_mirrored=True)),
        ("flip=v", Turn(is_mirrored=True, quarters=2)),
        ("flip=hv", Turn(quarters=2)),
        ("flip=h,rotate=90", Turn(is_mirrored=True, quarters=1)),  # the flip comes first
        ("rotate=90,flip=h", Turn(is_mirrored=True, quarters=1)),
    ],
)
def test_turns(options: str, turn: Turn) -> None:
    assert plan(30, 20, options).turn == turn


def test_a_flip_is_seen_not_stored() -> None:
    assert plan(30, 20, "flip=h", orientation=6).turn == Turn(is_mirrored=True, quarters=3)


def test_the_box_refers_to_the_turned_picture() -> None:
    found = plan(1080, 720, "rotate=90,w=360")
    assert (found.size, found.resized) == ((360, 540), (540, 360))


@given(
    recipe=st.builds(
        Recipe,
        width=st.none() | SIDE,
        height=st.none() | SIDE,
        fit=st.sampled_from(Fit),
        gravity=st.builds(Gravity, st.integers(0, 10_000), st.integers(0, 10_000), st.sampled_from(Mode)),
        dpr=hundredths(10, 300),
        flip=st.sampled_from(Flip),
        rotate=st.sampled_from([0, 90, 180, 270]),
    ),
    width=SIDE,
    height=SIDE,
    orientation=st.integers(1, 8),
)
def test_rules_that_always_hold(recipe: Recipe, width: int, height: int, orientation: int) -> None:
    info = SourceInfo(SourceFormat.JPEG, width, height, orientation=orientation)
    found = make_plan(recipe, info)
    source, scaled = found.turn.lay((width, height)), found.turn.lay(found.resized)
    assert min(*scaled, *found.size) >= 1
    check_boxes(found, scaled)
    if recipe.fit in (Fit.SCALE_DOWN, Fit.CROP, Fit.ASPECT_CROP):
        assert is_within(found.size, source)
    if recipe.width is None and recipe.height is None:
        assert found.size == source
        return
    if recipe.fit is Fit.SCALE_UP:
        assert is_within(source, found.size)
    if recipe.width is not None and recipe.height is not None:
        check_box(found.size, recipe)


def check_boxes(found: Plan, scaled: tuple[int, int]) -> None:
    """The crop lies inside the picture, the picture inside its padding."""
    kept = scaled
    if found.cropped:
        assert is_inside(found.cropped, scaled)
        kept = (found.cropped.width, found.cropped.height)
    if found.padded:
        assert is_inside(found.padded, found.canvas)
        assert (found.padded.width, found.padded.height) == kept
    else:
        assert kept == found.size


def check_box(size: tuple[int, int], recipe: Recipe) -> None:
    """Some fits fill the box exactly, others stay within it."""
    assert isinstance(recipe.width, int)
    assert recipe.height is not None
    dpr = round(recipe.dpr * 100)
    box = tuple(max(1, (side * dpr * 2 + 100) // 200) for side in (recipe.width, recipe.height))
    if recipe.fit in (Fit.COVER, Fit.PAD, Fit.SQUEEZE):
        assert size == box
    elif recipe.fit in (Fit.SCALE_DOWN, Fit.CONTAIN, Fit.CROP):
        assert is_within(size, (box[0], box[1]))


def is_within(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    return inner[0] <= outer[0] and inner[1] <= outer[1]


def is_inside(box: Box, outer: tuple[int, int]) -> bool:
    return box.left >= 0 and box.top >= 0 and is_within((box.left + box.width, box.top + box.height), outer)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turn_and_its_reverse(orientation: int) -> None:
    turn = UPRIGHT[orientation]
    assert turn.then_rotate(360) == turn
    assert turn.then_flip(Flip.HORIZONTAL).then_flip(Flip.HORIZONTAL) == turn
    assert turn.then_flip(Flip.HORIZONTAL).then_flip(Flip.VERTICAL) == turn.then_flip(Flip.BOTH)
