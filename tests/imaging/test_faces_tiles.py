"""Tiles leave no gap, overlap enough, and are never too many; reports of one face become one."""

from __future__ import annotations

from dataclasses import astuple
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.imaging.box import Box
from apps.imaging.faces.blazeface import make_anchors
from apps.imaging.faces.candidates import Candidate, merge
from apps.imaging.faces.tiles import SIDE, list_levels

PIXELS = st.integers(1, 960)


def test_it_works() -> None:
    whole, exact, finer, finest = list_levels((960, 640))
    assert (whole.size, whole.boxes) == ((96, 64), (Box(0, 0, 96, 64),))
    assert (exact.size, exact.boxes) == ((192, 128), (Box(0, 0, 192, 128),))
    assert (finer.size, [(box.left, box.top) for box in finer.boxes]) == (
        (384, 256),
        [(left, top) for top in (0, 64) for left in (0, 96, 192)],
    )
    assert (finest.size, len(finest.boxes)) == ((576, 384), 12)


def test_a_small_picture_is_not_enlarged_to_find_small_faces() -> None:
    assert [level.size for level in list_levels((300, 200))] == [(96, 64), (192, 128)]
    assert [level.size for level in list_levels((40, 20))] == [(96, 48), (192, 96)]


@given(size=st.tuples(PIXELS, PIXELS))
def test_tiles_cover_a_picture(size: tuple[int, int]) -> None:
    levels = list_levels(size)
    assert sum(len(level.boxes) for level in levels) <= 27
    for level in levels:
        for axis, (start, length) in enumerate((("left", "width"), ("top", "height"))):
            spans = sorted({(getattr(box, start), getattr(box, length)) for box in level.boxes})
            assert spans[0][0] == 0
            assert sum(spans[-1]) == level.size[axis]
            assert all(len_ <= SIDE for _, len_ in spans)
            # A face of 20 pixels, found for sure at the level before, has 40 here.
            assert all(one[0] + one[1] - other[0] > 40 for one, other in pairwise(spans))


def test_one_face_of_many_reports() -> None:
    alike = [Candidate(0.10, 0.10, 0.30, 0.30, 0.9), Candidate(0.12, 0.10, 0.32, 0.30, 0.9)]
    part, other = Candidate(0.1, 0.1, 0.18, 0.2, 0.7), Candidate(0.6, 0.6, 0.8, 0.8, 0.8)
    first, second = merge([part, *alike, other])
    assert (round(first.left, 4), round(first.right, 4), first.score) == (0.11, 0.31, 0.9)
    assert astuple(second) == pytest.approx(astuple(other))
    assert merge([]) == []


def test_neighbours_are_two_faces() -> None:
    pair = [Candidate(0.1, 0.1, 0.3, 0.3, 0.9), Candidate(0.25, 0.1, 0.45, 0.3, 0.8)]
    assert len(merge(pair)) == 2


def test_a_report_is_placed_in_the_picture() -> None:
    placed = Candidate(0.25, 0.5, 0.75, 1, 0.9).place(96, -10, SIDE, (384, 192))
    assert placed == Candidate(144 / 384, 86 / 192, 240 / 384, 182 / 192, 0.9)


def test_anchors_are_row_by_row() -> None:
    anchors = make_anchors()
    assert anchors.shape == (2304, 2)
    assert np.allclose(anchors[0], 0.5 / 48)
    assert np.allclose(anchors[1], (1.5 / 48, 0.5 / 48))
    assert np.allclose(anchors[-1], 47.5 / 48)
