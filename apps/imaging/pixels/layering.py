"""Layering: overlays decoded, each sent through the pipeline on its own, and cut to what will be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

import pyvips

from apps.imaging.box import Box, Size
from apps.imaging.errors import (
    BadOverlay,
    EmptyImage,
    LimitExceeded,
    OverlayIsSvg,
    OverlayMissing,
    SourceError,
)
from apps.imaging.geometry.focus import UNKNOWN
from apps.imaging.geometry.placing import as_recipe, place
from apps.imaging.geometry.plan import make_plan, read_dpr
from apps.imaging.headers import read_source_info
from apps.imaging.limits import Limits
from apps.imaging.pixels.aiming import aim
from apps.imaging.pixels.decoders import as_decoded, decode
from apps.imaging.pixels.engine import decoding
from apps.imaging.pixels.layer import Layer
from apps.imaging.pixels.lettering import letter
from apps.imaging.pixels.margins import trim
from apps.imaging.pixels.pipeline import Task, find_detail, run
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.recipe.overlay import Overlay
from apps.imaging.source import SourceFormat, SourceInfo

# Tiles of a pixel take 180 ns each: 2.8 s for a canvas of 16 megapixels, where tiles made of tiles take 0.2.
_LEAST_TILE = 64


@dataclass(frozen=True, slots=True)
class Easel:
    """What overlays are prepared for: the canvas they lie on, its dpr, and the limits they keep to."""

    canvas: Size
    dpr: Fraction
    limits: Limits


def make_layers(
    recipe: Recipe, canvas: Size, overlays: Mapping[str, BinaryIO], limits: Limits
) -> tuple[Layer, ...]:
    """Return what a recipe draws onto a canvas, the lowest first, without what would lie beside it.

    `overlays` has a seekable file for each of the recipe's drawn_images; of an animation the first frame is
    drawn. Raises OverlayError, TooLargeToProcess, and for a text LimitExceeded or EmptyImage.
    """
    easel = Easel(canvas, read_dpr(recipe), limits)
    layers = (
        _draw_text(number, overlay, easel) if overlay.text else _draw_image(number, overlay, overlays, easel)
        for number, overlay in enumerate(recipe.draw, 1)
    )
    return tuple(layer for layer in layers if layer is not None)


def _draw_text(number: int, overlay: Overlay, easel: Easel) -> Layer | None:
    file = letter(overlay, easel.dpr, easel.limits)
    return _draw(number, overlay, file, read_source_info(file), easel)


def _draw_image(
    number: int, overlay: Overlay, overlays: Mapping[str, BinaryIO], easel: Easel
) -> Layer | None:
    """Return the layer; an error tells which image it is about."""
    file = overlays.get(overlay.image)
    if file is None:
        raise OverlayMissing(overlay.image)
    try:
        info = read_source_info(file)
        easel.limits.check(info)
        if info.format is SourceFormat.SVG:
            raise OverlayIsSvg(overlay.image)
        return _draw(number, overlay, file, as_decoded(info), easel)
    except (SourceError, LimitExceeded, EmptyImage) as error:
        raise BadOverlay(overlay.image, error) from error


def _draw(number: int, overlay: Overlay, file: BinaryIO, info: SourceInfo, easel: Easel) -> Layer | None:
    """Return the layer, None if all of it lies beside the canvas; `info` is as decoded.

    Its own subject is looked for each time, if its fit cuts and its gravity seeks one: few overlays are cut,
    and the search, of 7 ms or of 111 for faces, is paid by a render, not by those who fetch what it made.
    """
    recipe, fail_on = as_recipe(overlay, easel.canvas, easel.dpr), easel.limits.fail_on
    plan = make_plan(recipe, info, trim(file, recipe, info, fail_on=fail_on))
    easel.limits.check_plan(plan, info, frames=1)
    placement = place(overlay, plan.size, easel.canvas, easel.dpr)
    if placement is None:
        return None
    plan, _ = aim(file, info, recipe, plan, UNKNOWN, fail_on=fail_on)
    # PNG, whatever the rendition becomes: what is clear in an overlay stays clear.
    task = Task(recipe, plan, OutputFormat.PNG)
    with decoding():
        frames = decode(file, info, plan.resized, region=plan.trimmed, is_animated=False, fail_on=fail_on)
        frame = next(frames)
        image = frame.image.copy_memory() if plan.is_crop_sought else frame.image
        image = run(image, find_detail(image, task))
        image = _keep(_crop(_tile(_fade(image, overlay.opacity), placement.tiles), placement.seen))
    return Layer(number, image, placement.box, overlay.composite)


def _fade(image: pyvips.Image, opacity: float) -> pyvips.Image:
    if not image.hasalpha():
        image = image.addalpha()
    if opacity == 1:
        return image
    last = image.bands - 1
    return image.extract_band(0, n=last).bandjoin((image[last] * opacity).rint().cast("uchar"))


def _tile(image: pyvips.Image, tiles: Size) -> pyvips.Image:
    if tiles == (1, 1):
        return image
    image = image.copy_memory()
    across, down = (
        min(count, -(-_LEAST_TILE // side))
        for count, side in zip(tiles, (image.width, image.height), strict=True)
    )
    block = image.replicate(across, down).copy_memory()
    return block.replicate(-(-tiles[0] // across), -(-tiles[1] // down))


def _crop(image: pyvips.Image, box: Box) -> pyvips.Image:
    return image.crop(box.left, box.top, box.width, box.height)


def _keep(image: pyvips.Image) -> pyvips.Image:
    """Return the pixels alone, in memory: libvips would hand an overlay's metadata on to the rendition."""
    kept = pyvips.Image.new_from_memory(
        image.write_to_memory(), image.width, image.height, image.bands, "uchar"
    )
    return kept.copy(interpretation=image.interpretation)
