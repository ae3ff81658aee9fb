"""The detector looks as finely as could change what is kept, and no finer."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
import pyvips

from apps.imaging.faces.candidates import Candidate
from apps.imaging.faces.detector import Detector
from apps.imaging.faces.tiles import SIDE
from apps.imaging.geometry.focus import Area, FocalPoints


class Network:
    """Reports, at each look in turn, what it was given; nothing after that."""

    def __init__(self, *reports: Iterable[Candidate]) -> None:
        self._reports = iter(reports)
        self.looks = 0

    def __call__(self, pixels: bytes) -> list[Candidate]:
        assert len(pixels) == SIDE * SIDE * 3
        self.looks += 1
        return list(next(self._reports, ()))


def draw(width: int = 960, height: int = 960, bands: int = 3) -> pyvips.Image:
    image = pyvips.Image.black(width, height, bands=bands)
    return image.copy(interpretation="srgb" if bands >= 3 else "b-w").copy_memory()


def face(left: float, top: float, width: float) -> Candidate:
    return Candidate(left, top, left + width, top + width, 0.9)


# The first look is at 96 pixels in the middle of a tile: half of it is picture.
@pytest.mark.parametrize(
    ("width", "looks"),
    [
        (0.25, 1),  # half the picture: what counts beside it is 24 pixels wide already
        (0.12, 2),
        (0.06, 11),
        (0.02, 27),
    ],
)
def test_it_works(width: float, looks: int) -> None:
    network = Network([face(0.4, 0.4, width)])
    (found,) = Detector(network)(draw())
    assert found.width == pytest.approx(20_000 * width, abs=1)
    assert network.looks == looks


@pytest.mark.parametrize(
    ("size", "looks"), [((960, 960), 27), ((960, 640), 20), ((960, 1), 9), ((300, 300), 2), ((1, 1), 2)]
)
def test_a_picture_without_a_face_has_a_bound(size: tuple[int, int], looks: int) -> None:
    network = Network()
    assert Detector(network)(draw(*size)) == ()
    assert network.looks == looks


def test_small_faces_beside_a_large_one_do_not_count() -> None:
    others = [face(0.6, 0.3, 0.09), face(0.6, 0.6, 0.11)]
    found = Detector(Network([face(0.3, 0.3, 0.2), *others]))(draw())
    assert [area.width for area in found] == [4_000, 2_200]


def test_no_more_faces_than_can_be_kept() -> None:
    crowd = [face(0.26 + 0.1 * column, 0.26 + 0.1 * row, 0.05) for column in range(5) for row in range(5)]
    assert len(Detector(Network(crowd))(draw())) == FocalPoints.MAX_FACES


def test_a_face_beyond_the_edge_is_cut_there() -> None:
    assert Detector(Network([face(0.2, 0.6, 0.3)]))(draw()) == (Area(0, 7_000, 5_000, 3_000),)
    assert Detector(Network([face(0.9, 0.9, 0.3)]))(draw()) == (Area(9_999, 9_999, 1, 1),)


@pytest.mark.parametrize("bands", [1, 2, 3, 4])
def test_pictures_of_every_kind(bands: int) -> None:
    assert len(Detector(Network([face(0.3, 0.3, 0.2)]))(draw(bands=bands))) == 1
