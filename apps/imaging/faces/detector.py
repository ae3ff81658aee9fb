"""The detector: the faces of a whole picture, looked for as finely as could change what is kept of it.

Import it before a process locks itself: the model is read from a file then.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import astuple

import pyvips

from apps.imaging.faces.candidates import Candidate, merge
from apps.imaging.faces.extra import find_model
from apps.imaging.faces.tiles import SIDE, Level, list_levels
from apps.imaging.geometry.focus import Area, FocalPoints
from apps.imaging.recipe.gravity import Gravity

# A face counts that is at least so wide, compared to the widest; others are of people in the background.
COUNTING = 0.5
# The narrowest face that is found for sure, in pixels of a level.
_SURE = 20
_GREY = [128] * 3
_GREY_AROUND = {"extend": "background", "background": _GREY}

Network = Callable[[bytes], list[Candidate]]
Detect = Callable[[pyvips.Image], tuple[Area, ...]]


class Detector:
    """Finds faces with a network that sees a small square at a time."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def __call__(self, image: pyvips.Image) -> tuple[Area, ...]:
        """Return the faces that count in an upright picture, sRGB or grey, in memory, the largest first.

        A finer level is looked at only while it could show a face that counts: beside a face that fills the
        picture none does.
        """
        image = image.colourspace("srgb")
        if image.hasalpha():
            image = image.flatten(background=_GREY)
        faces: list[Candidate] = []
        for level in list_levels((image.width, image.height)):
            faces = merge([*faces, *self._look(image, level)])
            widest = max((face.right - face.left for face in faces), default=0.0)
            if widest * COUNTING * level.size[0] >= _SURE:
                break
        counting = [face for face in faces if face.right - face.left >= widest * COUNTING]
        counting.sort(key=lambda face: face.area, reverse=True)
        return tuple(_as_area(face) for face in counting[: FocalPoints.MAX_FACES])

    def _look(self, image: pyvips.Image, level: Level) -> Iterator[Candidate]:
        width, height = level.size
        scaled = image.thumbnail_image(width, height=height, size="force", no_rotate=True).copy_memory()
        for box in level.boxes:
            left, top = (SIDE - box.width) // 2, (SIDE - box.height) // 2
            tile = scaled.crop(*astuple(box)).embed(left, top, SIDE, SIDE, **_GREY_AROUND)
            for face in self._network(tile.write_to_memory()):
                yield face.place(box.left - left, box.top - top, SIDE, level.size)


def _as_area(face: Candidate) -> Area:
    """Return where a face is within the picture, which its box may leave a little."""
    left, top, right, bottom = (
        min(Gravity.SCALE, max(0, round(edge * Gravity.SCALE)))
        for edge in (face.left, face.top, face.right, face.bottom)
    )
    return Area(
        min(left, Gravity.SCALE - 1), min(top, Gravity.SCALE - 1), max(1, right - left), max(1, bottom - top)
    )


def _load() -> Detect | None:
    model = find_model()
    if model is None:
        return None
    # numpy starts a thread for each processor otherwise, and a process with threads cannot be locked.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from apps.imaging.faces.blazeface import BlazeFace  # what it imports is there with the extra only

    return Detector(BlazeFace(model))


DETECTOR = _load()
