"""The pipeline: what is done to one frame after it was scaled, as one tuple of steps in their order.

Catalogue §4.10: orientation and colour first, then cutting and padding, then tones, blur and sharpen, which
act on the padding too, then the border, and at last what is drawn onto all of it. Overlays have been through
the same steps by then, each on its own. A step that has nothing to do returns the image as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pyvips

from apps.imaging.box import Box
from apps.imaging.geometry.plan import Plan
from apps.imaging.geometry.turn import Turn
from apps.imaging.pixels import inks
from apps.imaging.pixels.decoders import PROFILE
from apps.imaging.pixels.layer import Layer, lay
from apps.imaging.pixels.tones import make_curve, make_saturation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.recipe.colour import WHITE, Colour
from apps.imaging.softening import soften


@dataclass(frozen=True, slots=True)
class Task:
    """What every step is told."""

    recipe: Recipe
    plan: Plan
    output: OutputFormat
    layers: tuple[Layer, ...] = ()

    @property
    def background(self) -> Colour:
        return self.recipe.background or WHITE

    @property
    def adds_colour(self) -> bool:
        is_any_layer_coloured = any(layer.is_coloured for layer in self.layers)
        return self.recipe.background is not None or self.recipe.border.is_drawn or is_any_layer_coloured


def to_8_bits(image: pyvips.Image) -> pyvips.Image:
    """Bake the colour profile in and come down to 8 bits of sRGB, or of grey."""
    if inks.can_convert(image):
        return inks.convert(image)
    if image.get_typeof(PROFILE) or image.interpretation == "cmyk":
        fallback = "cmyk" if image.interpretation == "cmyk" else "srgb"
        try:
            image = image.icc_transform(
                "srgb", embedded=True, input_profile=fallback, intent="relative", depth=8
            )
        except pyvips.Error:
            pass  # a broken profile is dropped, as browsers do
    is_grey = image.interpretation in ("b-w", "grey16")
    return image.colourspace("b-w" if is_grey else "srgb").cast("uchar")


def to_srgb(image: pyvips.Image, task: Task) -> pyvips.Image:
    """Bake the colour profile in; grey stays grey unless a colour is added to it."""
    image = to_8_bits(image)
    return image.colourspace("srgb") if task.adds_colour else image


def turn(image: pyvips.Image, task: Task) -> pyvips.Image:
    """Lay the picture upright, and as the recipe wants it."""
    return lay_as(image, task.plan.turn)


def lay_as(image: pyvips.Image, wanted: Turn) -> pyvips.Image:
    """Mirror and turn a picture."""
    if wanted.is_mirrored:
        image = image.fliphor()
    if wanted.quarters:  # reads its rows out of order, which a file cannot give
        image = image.copy_memory().rot(f"d{wanted.quarters * 90}")
    return image


def find_detail(image: pyvips.Image, task: Task) -> Task:
    """Return the task with its crop where a scaled frame, held in memory, has the most detail."""
    box = task.plan.cropped
    if box is None or not task.plan.is_crop_sought:
        return task
    found = turn(to_srgb(image, task), task).smartcrop(box.width, box.height, interesting="entropy")
    cropped = Box(-found.xoffset, -found.yoffset, *box.size)
    return replace(task, plan=replace(task.plan, cropped=cropped, is_crop_sought=False))


def cut(image: pyvips.Image, task: Task) -> pyvips.Image:
    """Cut to the box."""
    box = task.plan.cropped
    return image if box is None else image.crop(box.left, box.top, box.width, box.height)


def lay_on_background(image: pyvips.Image, task: Task) -> pyvips.Image:
    """Put the background under what is transparent; JPEG needs one, elsewhere only if the recipe says so."""
    if not image.hasalpha() or (task.recipe.background is None and not task.output.is_jpeg):
        return image
    colour = task.background
    if colour.alpha == 255 or task.output.is_jpeg:
        return image.flatten(background=_ink(image, colour)[:-1])
    sheet = image.new_from_image(_ink(image, colour)).copy(interpretation=image.interpretation)
    return sheet.composite2(image, "over").cast("uchar")


def pad(image: pyvips.Image, task: Task) -> pyvips.Image:
    """Extend the canvas around the picture."""
    place = task.plan.padded
    if place is None:
        return image
    ink = _ink(image, task.background)
    return image.embed(place.left, place.top, *task.plan.canvas, extend="background", background=ink)


def shift_tones(image: pyvips.Image, task: Task) -> pyvips.Image:
    """Apply brightness, contrast and gamma."""
    curve = make_curve(task.recipe)
    if curve is None:
        return image
    table = pyvips.Image.new_from_memory(curve, len(curve), 1, 1, "uchar")
    return _on_colours(image, lambda colours: colours.maplut(table))


def saturate(image: pyvips.Image, task: Task) -> pyvips.Image:
    """Take colours away from grey, or to it."""
    if task.recipe.saturation == 1 or image.bands < 3:
        return image
    matrix = make_saturation(task.recipe.saturation)
    return _on_colours(image, lambda colours: colours.recomb(matrix).rint().cast("uchar"))


def blur(image: pyvips.Image, task: Task) -> pyvips.Image:
    """Soften; a radius of N is a deviation of N / 2, the mapping third parties found (catalogue §10)."""
    if not task.recipe.blur:
        return image
    sigma = task.recipe.blur / 2
    if not image.hasalpha():
        return soften(image, sigma)
    # Colour weighs by its opacity, or what is hidden would shine through.
    return soften(image.premultiply(), sigma).unpremultiply().cast("uchar")


def sharpen(image: pyvips.Image, task: Task) -> pyvips.Image:
    """Sharpen the lightness; 1 is libvips' own default strength."""
    if not task.recipe.sharpen:
        return image
    return image.sharpen(m2=3 * task.recipe.sharpen).colourspace(image.interpretation).cast("uchar")


def surround(image: pyvips.Image, task: Task) -> pyvips.Image:
    """Draw the border."""
    place = task.plan.bordered
    if place is None:
        return image
    ink = _ink(image, task.recipe.border.color)
    return image.embed(place.left, place.top, *task.plan.size, extend="background", background=ink)


def draw(image: pyvips.Image, task: Task) -> pyvips.Image:
    """Lay the overlays on top, each on what the ones before it made."""
    for layer in task.layers:
        image = lay(image, layer, _ink(image, task.background))
    return image


STEPS: tuple[Callable[[pyvips.Image, Task], pyvips.Image], ...] = (
    to_srgb,
    turn,
    cut,
    lay_on_background,
    pad,
    shift_tones,
    saturate,
    blur,
    sharpen,
    surround,
    draw,
)


def run(image: pyvips.Image, task: Task) -> pyvips.Image:
    """Return the finished frame; `image` has the plan's resized size."""
    for step in STEPS:
        image = step(image, task)
    return image


def _on_colours(image: pyvips.Image, change: Callable[[pyvips.Image], pyvips.Image]) -> pyvips.Image:
    """Return the image with its colours changed and its opacity as it was."""
    if not image.hasalpha():
        return change(image)
    opacity = image.bands - 1
    return change(image.extract_band(0, n=opacity)).bandjoin(image[opacity])


def _ink(image: pyvips.Image, colour: Colour) -> list[int]:
    """Return a colour as one number per band of the image."""
    ink = [colour.red, colour.green, colour.blue] if image.bands >= 3 else [colour.red]
    return [*ink, colour.alpha] if image.hasalpha() else ink
