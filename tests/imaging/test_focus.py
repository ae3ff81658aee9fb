"""Focal points are values with one text, and whatever else claims to be one is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.imaging.geometry.focus import UNKNOWN, Area, FocalPoints
from apps.imaging.recipe.gravity import Seek

SHARE = st.integers(0, 10_000)
EYE, FACE, SPECK = Area(4800, 3300), Area(1000, 2000, 900, 1200), Area(0, 0, 1, 1)


@st.composite
def areas(draw: st.DrawFn) -> Area:
    left, top = draw(st.integers(0, 9_999)), draw(st.integers(0, 9_999))
    return Area(left, top, draw(st.integers(1, 10_000 - left)), draw(st.integers(1, 10_000 - top)))


POINTS = st.builds(
    FocalPoints,
    eye=st.none() | st.builds(Area, SHARE, SHARE),
    faces=st.none() | st.lists(areas(), max_size=FocalPoints.MAX_FACES).map(tuple),
    chosen=st.none() | st.builds(Area, SHARE, SHARE),
)


def test_it_works() -> None:
    points = FocalPoints(EYE, (FACE, SPECK))
    assert str(points) == "eye:4800x3300;faces:1000x2000x900x1200+0x0x1x1"
    assert FocalPoints.read(str(points)) == points


@given(points=POINTS)
def test_what_is_written_is_read(points: FocalPoints) -> None:
    assert FocalPoints.read(str(points)) == points
    assert len(str(points)) <= FocalPoints.MAX_TEXT


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (UNKNOWN, ""),
        (FocalPoints(faces=()), "faces:none"),
        (FocalPoints(EYE, ()), "eye:4800x3300;faces:none"),
        (FocalPoints(chosen=EYE), "chosen:4800x3300"),
        (FocalPoints(EYE, (), Area(0, 10_000)), "chosen:0x10000;eye:4800x3300;faces:none"),
    ],
)
def test_texts(points: FocalPoints, text: str) -> None:
    assert (str(points), FocalPoints.read(text)) == (text, points)


@pytest.mark.parametrize(
    "text",
    [
        " ",
        "eye:",
        "eye:1",
        "eye:1x2x3x4",
        "eye:10001x0",
        "eye:-1x0",
        "eye:01x0",
        "eye:٣x0",
        "eye:1x2;",
        ";faces:none",
        "faces:",
        "faces:1x2",
        "faces:1x2x3x0",
        "faces:9000x0x1001x1",
        "faces:none;eye:1x2",
        "eye:1x2faces:none",
        "chosen:1x2eye:1x2",
        "eye:1x2;chosen:1x2",
        "chosen:1x2x3x4",
        "chosen:",
        "eye:1x2\n",
        "faces:" + "+".join(["1x1x1x1"] * 9),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"focal points|within the picture"):
        FocalPoints.read(text)


def test_faces_come_before_what_draws_the_eye() -> None:
    points = FocalPoints(EYE, (FACE,))
    assert points.find(Seek.FACE) == (FACE,)
    assert points.find(Seek.AUTO) == (EYE,)
    assert FocalPoints(EYE, ()).find(Seek.FACE) == (EYE,)


def test_what_somebody_chose_is_the_only_thing_that_counts() -> None:
    chosen = FocalPoints(EYE, (FACE,), Area(1, 2))
    assert chosen.find(Seek.FACE) == chosen.find(Seek.AUTO) == (Area(1, 2),)
    assert FocalPoints(chosen=Area(1, 2)).find(Seek.FACE) == (Area(1, 2),)
    assert chosen.join(FocalPoints(Area(3, 3), chosen=Area(4, 4))) == FocalPoints(
        Area(3, 3), (FACE,), Area(1, 2)
    )


def test_what_is_unknown_has_to_be_found() -> None:
    assert FocalPoints(EYE).find(Seek.FACE) is None
    assert FocalPoints(faces=(FACE,)).find(Seek.AUTO) is None


def test_what_was_found_is_added() -> None:
    assert FocalPoints(EYE).join(FocalPoints(faces=())) == FocalPoints(EYE, ())
    assert FocalPoints(EYE).join(FocalPoints(Area(1, 1))) == FocalPoints(Area(1, 1))
    assert FocalPoints(EYE, (FACE,)).join(UNKNOWN) == FocalPoints(EYE, (FACE,))
