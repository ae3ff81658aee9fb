"""Focal points: where a picture's subject is, known of an image once and for all its renditions.

They are places in the upright original, whatever a recipe trims, turns or scales, so that every variant of a
picture is cut around the same thing and nobody has to look twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from apps.imaging.recipe.gravity import Gravity, Seek


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the upright original, in ten-thousandths of its sides; a point has no width and height.

    Raises ValueError for one that does not lie within the original.
    """

    left: int
    top: int
    width: int = 0
    height: int = 0

    def __post_init__(self) -> None:
        for start, length in ((self.left, self.width), (self.top, self.height)):
            if start < 0 or length < 0 or start + length > Gravity.SCALE:
                raise ValueError("an area must lie within the picture")

    @property
    def is_point(self) -> bool:
        return self.width == 0 or self.height == 0

    def __str__(self) -> str:
        """`XxY` for a point, else `XxYxWIDTHxHEIGHT`."""
        return "x".join(map(str, (self.left, self.top, self.width, self.height)[: 2 if self.is_point else 4]))


@dataclass(frozen=True, slots=True)
class FocalPoints:
    """What is known of an image's subject.

    chosen: the point a person wants to be kept, whatever else is known; None if nobody said.
    eye: the point that draws the eye; None while nobody has looked for it. faces: the faces that count, the
    largest first; empty when there are none, None while nobody has looked.
    """

    eye: Area | None = None
    faces: tuple[Area, ...] | None = None
    chosen: Area | None = None

    MAX_FACES: ClassVar[int] = 8
    MAX_TEXT: ClassVar[int] = 200

    def __str__(self) -> str:
        """`chosen:5000x2000;eye:4800x3300;faces:1000x2000x900x1200+…`; "" if nothing is known.

        `faces:none` says that there are none.
        """
        parts = [] if self.chosen is None else [f"chosen:{self.chosen}"]
        parts += [] if self.eye is None else [f"eye:{self.eye}"]
        if self.faces is not None:
            parts.append("faces:" + ("+".join(map(str, self.faces)) or "none"))
        return ";".join(parts)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what a text says. Raises ValueError for one that str() does not write."""
        matched = _TEXT.fullmatch(text)
        if matched is None or len(text) > cls.MAX_TEXT:
            raise ValueError("that names no focal points")
        eye, faces, chosen = matched["eye"], matched["faces"], matched["chosen"]
        points = cls(
            chosen=None if chosen is None else _read_area(chosen),
            eye=None if eye is None else _read_area(eye),
            faces=None if faces is None else tuple(_read_area(face) for face in _list_faces(faces)),
        )
        if str(points) != text:
            raise ValueError("that is not how focal points are written")
        return points

    def find(self, seek: Seek) -> tuple[Area, ...] | None:
        """Return the areas to keep, the foremost first; None while they are unknown.

        A chosen point is the only one. Where there is no face, what draws the eye is kept.
        """
        if self.chosen is not None:
            return (self.chosen,)
        if self.eye is None or (seek is Seek.FACE and self.faces is None):
            return None
        return (seek is Seek.FACE and self.faces) or (self.eye,)

    def join(self, found: Self) -> Self:
        """Return these points with what was found since; only people choose, so that stays."""
        return type(self)(
            chosen=self.chosen,
            eye=self.eye if found.eye is None else found.eye,
            faces=self.faces if found.faces is None else found.faces,
        )


UNKNOWN = FocalPoints()

_POINT, _FACE = r"\d{1,5}x\d{1,5}", r"\d{1,5}x\d{1,5}x\d{1,5}x\d{1,5}"
_FACES = rf"{_FACE}(?:\+{_FACE}){{,{FocalPoints.MAX_FACES - 1}}}"
_TEXT = re.compile(
    rf"(?:chosen:(?P<chosen>{_POINT}))?"
    rf"(?:(?:(?<=.);)?eye:(?P<eye>{_POINT}))?"
    rf"(?:(?:(?<=.);)?faces:(?P<faces>none|{_FACES}))?",
    re.ASCII,
)


def _list_faces(text: str) -> list[str]:
    return [] if text == "none" else text.split("+")


def _read_area(text: str) -> Area:
    return Area(*map(int, text.split("x")))
