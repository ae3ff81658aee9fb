"""Geometry: every size and box of a rendition, decided in whole numbers before any pixel is touched.

The target is computed from the original's size, whatever is decoded to reach it: sizes derived from an
image that was already shrunk come out one pixel different now and then. Rules and numbers: catalogue §4.3
and §4.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from apps.imaging.box import Box, Size, round_half_up
from apps.imaging.geometry.fits import FITS, Frame, keep_whole
from apps.imaging.geometry.focus import Area
from apps.imaging.geometry.framing import View, frame
from apps.imaging.geometry.turn import UPRIGHT, Turn
from apps.imaging.recipe import Recipe
from apps.imaging.recipe.gravity import CENTER, Seek
from apps.imaging.recipe.transform import Fit
from apps.imaging.source import SourceInfo


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to one frame, in this order: trim, resize, turn, crop, pad, border.

    trimmed: what stays of the stored picture; None is all of it. resized: in the axes of the stored picture.
    cropped: in the turned picture; None leaves it whole. When `is_crop_sought`, only the box's size is
    decided: the part with the most detail is looked for in the first frame. padded: where the picture lies
    within `canvas`; None when it fills it. bordered: where the canvas lies within `size`, the final size;
    likewise.
    """

    trimmed: Box | None
    resized: Size
    turn: Turn
    cropped: Box | None
    is_crop_sought: bool
    padded: Box | None
    bordered: Box | None
    size: Size

    @property
    def canvas(self) -> Size:
        return self.bordered.size if self.bordered else self.size


def make_plan(
    recipe: Recipe, info: SourceInfo, region: Box | None = None, areas: tuple[Area, ...] = ()
) -> Plan:
    """Return the plan for a recipe and a source.

    `region` is what stays of the stored picture when a border was found in its pixels; without it, what
    trim_edges() says. `areas` is what a gravity that follows the subject found, the foremost first; without
    them it keeps the middle. The final size depends on neither. Raises EmptyImage.
    """
    region = region or trim_edges(recipe, info)
    view = View((info.width, info.height), UPRIGHT[info.orientation], region, _find_turn(recipe, info))
    box = _find_box(recipe, view.size)
    target = keep_whole(view.size) if box is None else FITS[recipe.fit](view.size, box)
    if areas and recipe.fit.is_cutting:
        scaled, kept = frame(target, view, areas, Fraction(round(recipe.zoom * 100), 100))
    else:
        scaled, kept = target.scaled, recipe.gravity.place(target.kept, target.scaled)
    inside, size = recipe.border.surround(target.canvas, read_dpr(recipe))
    is_cropped, is_padded = target.kept != scaled, target.canvas != target.kept
    return Plan(
        trimmed=None if region.size == (info.width, info.height) else region,
        resized=view.turn.lay(scaled),
        turn=view.turn,
        cropped=kept if is_cropped else None,
        is_crop_sought=is_cropped and recipe.gravity.seek is Seek.ENTROPY,
        padded=CENTER.place(target.kept, target.canvas) if is_padded else None,
        bordered=inside if recipe.border.is_drawn else None,
        size=size,
    )


def follows_subject(recipe: Recipe, plan: Plan) -> bool:
    """Whether what a picture shows would change its plan: it is cut, or zoomed to a face."""
    gravity = recipe.gravity
    is_zoomed = gravity.seek is Seek.FACE and recipe.zoom > 0 and recipe.fit.is_cutting
    return gravity.is_subject and (plan.cropped is not None or is_zoomed)


def is_source_smaller(recipe: Recipe, info: SourceInfo) -> bool:
    """Whether the box would be filled if the recipe's fit enlarged, borders aside. Raises EmptyImage."""
    box = _find_box(recipe, _find_turn(recipe, info).lay(trim_edges(recipe, info).size))
    if box is None:
        return False
    if recipe.fit is Fit.SCALE_DOWN:
        return box.inner > 1
    return recipe.fit in (Fit.CROP, Fit.ASPECT_CROP) and box.outer > 1


def trim_edges(recipe: Recipe, info: SourceInfo) -> Box:
    """Return what the recipe's trim leaves of the stored picture, borders aside. Raises EmptyImage."""
    upright = UPRIGHT[info.orientation]
    seen = upright.lay((info.width, info.height))
    return upright.trace(recipe.trim.leave(seen, read_dpr(recipe)), seen)


def _find_turn(recipe: Recipe, info: SourceInfo) -> Turn:
    return UPRIGHT[info.orientation].then_flip(recipe.flip).then_rotate(recipe.rotate)


def read_dpr(recipe: Recipe) -> Fraction:
    """Return the recipe's dpr exactly; it has two decimals."""
    return Fraction(round(recipe.dpr * 100), 100)


def _find_box(recipe: Recipe, source: Size) -> Frame | None:
    """Return the box in device pixels; a side that is missing or `auto` follows the source's shape."""
    dpr = read_dpr(recipe)
    width, height = (
        Fraction(max(1, round_half_up(side * dpr))) if isinstance(side, int) else None
        for side in (recipe.width, recipe.height)
    )
    if width is not None:
        return Frame(source, width, width * source[1] / source[0] if height is None else height)
    if height is not None:
        return Frame(source, height * source[0] / source[1], height)
    return None
