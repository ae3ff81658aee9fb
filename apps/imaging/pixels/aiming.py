"""Aiming: the plan of a picture that is cut around its subject, which is looked for only if nobody knows it.

One look serves every recipe there will ever be: it is at a small copy of the whole upright picture, an
animation's first frame, whatever the recipe at hand trims, turns or scales.
"""

from __future__ import annotations

from typing import BinaryIO

from apps.imaging.box import Size
from apps.imaging.faces.detector import DETECTOR
from apps.imaging.geometry.focus import FocalPoints
from apps.imaging.geometry.plan import Plan, follows_subject, make_plan
from apps.imaging.geometry.turn import UPRIGHT
from apps.imaging.limits import FailOn
from apps.imaging.pixels.attention import find_eye
from apps.imaging.pixels.decoders import decode
from apps.imaging.pixels.engine import decoding
from apps.imaging.pixels.pipeline import lay_as, to_8_bits
from apps.imaging.recipe import Recipe
from apps.imaging.recipe.gravity import Seek
from apps.imaging.source import SourceInfo

# The longer side of the copy that is looked at: faces of 40 pixels are found in it, and what draws the eye is
# where it is in half of it. A JPEG of 24 megapixels takes 35 ms, and 76 with a face, 143 without one in it.
LOOK_SIDE = 960


def aim(
    file: BinaryIO,
    info: SourceInfo,
    recipe: Recipe,
    plan: Plan,
    known: FocalPoints,
    *,
    fail_on: FailOn = FailOn.TRUNCATED,
) -> tuple[Plan, FocalPoints | None]:
    """Return the plan around the picture's subject, and what had to be found out for it, None if nothing.

    `info` is as decoded; `plan` was made without the subject, and has the final size. Raises as decode()
    does.
    """
    if not follows_subject(recipe, plan):
        return plan, None
    seek = Seek.FACE if recipe.gravity.seek is Seek.FACE and DETECTOR else Seek.AUTO
    found = None
    if known.find(seek) is None:
        found = look(file, info, seek, known, fail_on=fail_on)
        known = known.join(found)
    return make_plan(recipe, info, plan.trimmed, known.find(seek) or ()), found


def look(
    file: BinaryIO,
    info: SourceInfo,
    seek: Seek,
    known: FocalPoints,
    *,
    fail_on: FailOn = FailOn.TRUNCATED,
) -> FocalPoints:
    """Return what is sought and not known yet, after decoding a source. Raises as decode() does.

    Who seeks a face needs what draws the eye as well, to have it where there is no face.
    """
    with decoding():
        frame = next(decode(file, info, _fit(info), is_animated=False, fail_on=fail_on))
        image = lay_as(to_8_bits(frame.image), UPRIGHT[info.orientation]).copy_memory()
        eye = find_eye(image) if known.eye is None else None
        faces = DETECTOR(image) if DETECTOR and seek is Seek.FACE and known.faces is None else None
        return FocalPoints(eye, faces)


def _fit(info: SourceInfo) -> Size:
    """Return the size of the copy, in the axes of the stored picture; a small picture is its own copy."""
    longer = max(info.width, info.height, LOOK_SIDE)
    return max(1, info.width * LOOK_SIDE // longer), max(1, info.height * LOOK_SIDE // longer)
