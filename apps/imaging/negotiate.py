"""Negotiation: which format answers a recipe, by what the source is and what the Accept header allows.

Catalogue §4.5: AVIF if accepted, else WebP if accepted, else the source's own format. As in production,
wildcards do not count: whoever sends only `*/*` (curl, many tools) gets JPEG, PNG or GIF.

What would take AVIF too long becomes WebP, even where AVIF was asked for by name, and what is too large for
WebP the source's own format. Both are told from facts: a clock never decides what is stored under a key.
"""

from __future__ import annotations

from collections.abc import Container
from functools import lru_cache
from typing import Literal, NamedTuple

from apps.imaging.box import Size
from apps.imaging.cost import estimate_encode
from apps.imaging.errors import SvgConversion
from apps.imaging.geometry.plan import make_plan
from apps.imaging.limits import MAX_WEBP_SIDE, Limits
from apps.imaging.passing import find_passage, is_transformed_whole
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import Compression, FormatChoice, OutputFormat, Recipe
from apps.imaging.source import SourceFormat, SourceInfo

AcceptedFormat = Literal["avif", "webp"]

# 4.4 megapixels; who asks for AVIF by name waits longer: 11 megapixels.
_AVIF_MS = {FormatChoice.AUTO: 400, FormatChoice.AVIF: 1_000}

ASKED = "asked for"
_MAY_BE_TRANSPARENT = {SourceFormat.PNG, SourceFormat.GIF}


def is_negotiated(recipe: Recipe) -> bool:
    """Whether the answer depends on the Accept header, so that it needs `Vary: Accept`."""
    return recipe.format is FormatChoice.AUTO and recipe.compression is not Compression.FAST


class Choice(NamedTuple):
    """`reason` is a clause for people: the answer is AVIF, as "the viewer takes AVIF"."""

    output: OutputFormat
    reason: str


def choose_format(recipe: Recipe, info: SourceInfo, accept: str, limits: Limits) -> OutputFormat:
    """Return the format to answer in; see `negotiate`."""
    return negotiate(recipe, info, accept, limits).output


def negotiate(recipe: Recipe, info: SourceInfo, accept: str, limits: Limits) -> Choice:
    """Return the format to answer in, and why; `info` may be header facts or those kept at upload.

    `limits` are those that the rendition is made under: they say what is too large to move.

    Raises SvgConversion when pixels are asked for of a drawing, or to be drawn onto one.
    """
    asked = recipe.format.output
    if asked is OutputFormat.JSON:
        return Choice(asked, ASKED)
    if info.format is SourceFormat.SVG:
        if asked is not None or recipe.draw:  # a watermark is never left out
            raise SvgConversion
        return Choice(OutputFormat.SVG, "a drawing stays one")
    if asked is OutputFormat.PLACEHOLDER:
        return Choice(asked, ASKED)
    can_move = asked is None or asked.can_animate or recipe.compression is Compression.FAST
    if can_move and (passage := find_passage(recipe, info, limits)) is not None:
        return Choice(passage, "an animation so large is passed through in its own format")
    is_moving = is_transformed_whole(recipe, info, limits)
    if recipe.compression is Compression.FAST:
        return _choose_quickest(recipe, info, is_moving=is_moving)
    if asked not in (None, OutputFormat.AVIF, OutputFormat.WEBP):
        return Choice(asked, ASKED)
    return _choose_smallest(recipe, info, accept, is_moving=is_moving and asked is not OutputFormat.AVIF)


def _choose_smallest(recipe: Recipe, info: SourceInfo, accept: str, *, is_moving: bool) -> Choice:
    """Return AVIF, else WebP, else what everybody reads; `recipe` asks for one of the two or for neither."""
    asked = recipe.format.output
    accepted = {asked.value, "webp"} if asked else accepted_formats(accept)
    if "avif" in accepted and not is_moving and not is_too_large_for_avif(recipe, info):
        return Choice(OutputFormat.AVIF, ASKED if asked else "the viewer takes AVIF")
    if "webp" in accepted and max(_find_size(recipe, info)) <= MAX_WEBP_SIDE:
        return Choice(OutputFormat.WEBP, _why_webp(asked, accepted, is_moving=is_moving))
    if is_moving:
        why = "is too large for WebP" if "webp" in accepted else "the viewer takes no WebP"
        return Choice(OutputFormat.GIF, f"the picture moves and {why}")
    why = "it is too large for what was asked for" if asked else "it is too large for what the viewer takes"
    if not accepted:
        why = "the viewer names neither AVIF nor WebP"
    if info.format in _MAY_BE_TRANSPARENT or info.has_alpha:
        return Choice(OutputFormat.PNG, f"{why}, and the picture may be transparent")
    return Choice(OutputFormat.JPEG, f"{why}, and the picture is opaque")


def _why_webp(asked: OutputFormat | None, accepted: Container[str], *, is_moving: bool) -> str:
    if asked is OutputFormat.WEBP:
        return ASKED
    if is_moving:
        return "the picture moves and the viewer takes WebP"
    if "avif" in accepted:
        return "AVIF would take too long for its size"
    return "the viewer takes WebP, not AVIF"


def is_too_large_for_avif(recipe: Recipe, info: SourceInfo) -> bool:
    """Whether a viewer who waits would wait too long for AVIF, wherever it could be the answer."""
    budget = _AVIF_MS.get(recipe.format)
    if budget is None:
        return False
    width, height = _find_size(recipe, info)
    return estimate_encode(recipe, OutputFormat.AVIF, width * height, Generation.QUICK).cpu_ms > budget


@lru_cache(maxsize=4096)
def _find_size(recipe: Recipe, info: SourceInfo) -> Size:
    """Return a rendition's size; remembered, since a plan takes longer than all the rest of a decision."""
    return make_plan(recipe, info).size


def _choose_quickest(recipe: Recipe, info: SourceInfo, *, is_moving: bool) -> Choice:
    """Return JPEG where it can show the picture; what moves stays GIF, which every client reads."""
    if is_moving:
        return Choice(OutputFormat.GIF, "the picture moves, and is to be compressed fast")
    is_filled = recipe.background is not None and recipe.background.alpha == 255
    if info.has_alpha and not is_filled:
        return Choice(OutputFormat.PNG, "the picture may be transparent, and is to be compressed fast")
    return Choice(OutputFormat.JPEG, "it is to be compressed fast")


@lru_cache(maxsize=512)
def boil_down(accept: str) -> str:
    """Return the shortest Accept header that asks for the same: there are four of them."""
    return ",".join(f"image/{name}" for name in sorted(accepted_formats(accept)))


def accepted_formats(accept: str) -> frozenset[AcceptedFormat]:
    """Return which of the formats that need asking an Accept header names; `q=0` refuses one."""
    found: set[AcceptedFormat] = set()
    for entry in accept.lower().split(","):
        media_type, *parameters = (part.strip() for part in entry.split(";"))
        if any(
            parameter.replace(" ", "").rstrip("0").rstrip(".") in ("q=", "q=0") for parameter in parameters
        ):
            continue
        if media_type == "image/avif":
            found.add("avif")
        elif media_type == "image/webp":
            found.add("webp")
    return frozenset(found)
