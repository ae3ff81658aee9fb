"""Candidates: what a detector takes for a face, and which of many reports are one and the same face."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from apps.imaging.box import Size

# Reports that share so much of the smaller one are of one face: neighbouring anchors and overlapping tiles
# report each face several times, a tile's edge only a part of it.
_SAME = 0.4


@dataclass(frozen=True, slots=True)
class Candidate:
    """Edges as shares of the picture's sides, and how sure the detector is, 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float
    score: float

    @property
    def area(self) -> float:
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    def place(self, left: int, top: int, side: int, size: Size) -> Candidate:
        """Return where it is in a picture of a size, which it was reported of in a square at a place."""
        return Candidate(
            (self.left * side + left) / size[0],
            (self.top * side + top) / size[1],
            (self.right * side + left) / size[0],
            (self.bottom * side + top) / size[1],
            self.score,
        )

    def overlaps(self, other: Candidate) -> bool:
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        smaller = min(self.area, other.area)
        return width > 0 and height > 0 and width * height > _SAME * smaller


def merge(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return one candidate for each face, the surest first; its reports are averaged by their scores."""
    left = sorted(candidates, key=lambda candidate: candidate.score, reverse=True)
    faces = []
    while left:
        surest = left[0]
        faces.append(_blend([each for each in left if _is_alike(surest, each)]))
        left = [each for each in left if not surest.overlaps(each)]
    return faces


def _is_alike(one: Candidate, other: Candidate) -> bool:
    """Whether two reports overlap and are of nearly one size."""
    smaller, larger = sorted((one.area, other.area))
    return one.overlaps(other) and smaller > larger / 2


def _blend(alike: list[Candidate]) -> Candidate:
    total = sum(each.score for each in alike)

    def average(edge: str) -> float:
        return sum(float(getattr(each, edge)) * each.score for each in alike) / total

    return Candidate(
        average("left"),
        average("top"),
        average("right"),
        average("bottom"),
        max(each.score for each in alike),
    )
