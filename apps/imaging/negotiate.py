"""Negotiation: which format answers a recipe, by what the source is and what the Accept header allows.

Catalogue §4.5: AVIF if accepted, else WebP if accepted, else the source's own format. As in production,
wildcards do not count: whoever sends only `*/*` (curl, many tools) gets JPEG, PNG or GIF.
"""

from __future__ import annotations

from typing import Literal

from apps.imaging.errors import SvgConversion
from apps.imaging.geometry import make_plan
from apps.imaging.recipe import Compression, FormatChoice, OutputFormat, Recipe
from apps.imaging.source import SourceFormat, SourceInfo

AcceptedFormat = Literal["avif", "webp"]

# At quick's effort a megapixel of AVIF takes 90 ms, so this much is a third of a second; WebP takes over
# above it.
MAX_NEGOTIATED_AVIF_PIXELS = 4_000_000

_MAY_BE_TRANSPARENT = {SourceFormat.PNG, SourceFormat.GIF}


def is_negotiated(recipe: Recipe) -> bool:
    """Whether the answer depends on the Accept header, so that it needs `Vary: Accept`."""
    return recipe.format is FormatChoice.AUTO and recipe.compression is not Compression.FAST


def choose_format(recipe: Recipe, info: SourceInfo, accept: str) -> OutputFormat:
    """Return the format to answer in; `info` may be header facts or those kept at upload.

    Raises SvgConversion when pixels are asked for of a drawing, or to be drawn onto one.
    """
    asked = recipe.format.output
    if asked is OutputFormat.JSON:
        return asked
    if info.format is SourceFormat.SVG:
        if asked is not None or recipe.draw:  # a watermark is never left out
            raise SvgConversion
        return OutputFormat.SVG
    if asked is OutputFormat.PLACEHOLDER:
        return asked
    if recipe.compression is Compression.FAST:
        return _choose_quickest(recipe, info)
    if asked is not None:
        return asked
    accepted = accepted_formats(accept)
    if recipe.anim and info.is_animated:
        return OutputFormat.WEBP if "webp" in accepted else OutputFormat.GIF
    if "avif" in accepted and not _is_large(recipe, info):
        return OutputFormat.AVIF
    if "webp" in accepted:
        return OutputFormat.WEBP
    return OutputFormat.PNG if info.format in _MAY_BE_TRANSPARENT or info.has_alpha else OutputFormat.JPEG


def _choose_quickest(recipe: Recipe, info: SourceInfo) -> OutputFormat:
    """Return JPEG where it can show the picture; what moves stays GIF, which every client reads."""
    if recipe.anim and info.is_animated:
        return OutputFormat.GIF
    is_filled = recipe.background is not None and recipe.background.alpha == 255
    return OutputFormat.PNG if info.has_alpha and not is_filled else OutputFormat.JPEG


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


def _is_large(recipe: Recipe, info: SourceInfo) -> bool:
    width, height = make_plan(recipe, info).size
    return width * height > MAX_NEGOTIATED_AVIF_PIXELS
