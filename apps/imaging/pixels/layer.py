"""Layer: an overlay that is ready to be drawn, and how it and what lies below become one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyvips

from apps.imaging.box import Box
from apps.imaging.recipe.overlay import Composite


@dataclass(frozen=True, slots=True)
class Layer:
    """8-bit sRGB or grey with opacity, in memory and without metadata; it fills `box` of the canvas.

    number: the overlay's in its recipe, from 1.
    """

    number: int
    image: pyvips.Image
    box: Box
    composite: Composite

    @property
    def is_coloured(self) -> bool:
        return bool(self.image.bands > 2)


def lay(canvas: pyvips.Image, layer: Layer, ground: list[int]) -> pyvips.Image:
    """Return the canvas with a layer on it, of the same kind.

    `ground` has one number for each band of the canvas: what shows where an opaque one would become clear.
    """
    painted = _WAYS[layer.composite](canvas, layer)
    return painted if canvas.hasalpha() else painted.flatten(background=ground)


def _blend(mode: str) -> Callable[[pyvips.Image, Layer], pyvips.Image]:
    """Return a way that leaves alone what lies around the layer: nothing is drawn there."""
    return lambda canvas, layer: canvas.composite2(layer.image, mode, x=layer.box.left, y=layer.box.top)


def _lay_atop(canvas: pyvips.Image, layer: Layer) -> pyvips.Image:
    """Lay it over the colours, and leave the opacity as it was.

    libvips' own mode adds the layer's colour where the canvas is clear too (8.18.7).
    """
    if not canvas.hasalpha():
        return _blend("over")(canvas, layer)
    opacity = canvas.bands - 1
    painted = _blend("over")(canvas.extract_band(0, n=opacity), layer)
    return painted.extract_band(0, n=opacity).bandjoin(canvas[opacity])


def _blend_within(mode: str) -> Callable[[pyvips.Image, Layer], pyvips.Image]:
    """Return a way that would clear all around the layer, so that it is shown the layer's box alone."""

    def blend(canvas: pyvips.Image, layer: Layer) -> pyvips.Image:
        # Read twice, and a file cannot be.
        canvas = canvas.copy_memory() if canvas.hasalpha() else canvas.addalpha().copy_memory()
        box = layer.box
        below = canvas.crop(box.left, box.top, box.width, box.height)
        return canvas.insert(below.composite2(layer.image, mode), box.left, box.top)

    return blend


_WAYS: dict[Composite, Callable[[pyvips.Image, Layer], pyvips.Image]] = {
    Composite.OVER: _blend("over"),
    Composite.IN: _blend_within("in"),
    Composite.ATOP: _lay_atop,
    Composite.OUT: _blend_within("out"),
    Composite.XOR: _blend("xor"),
    Composite.LIGHTER: _blend("add"),
}
