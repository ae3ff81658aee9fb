"""Looking at a rendition: what colour is where, and how far two pictures are apart."""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageStat

from apps.imaging.limits import Limits
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.render import Generation, Rendered, render

Colour = tuple[int, ...]


def make(
    data: bytes,
    options: str = "",
    output: OutputFormat = OutputFormat.PNG,
    *,
    generation: Generation = Generation.QUICK,
) -> Rendered:
    """Return what `options` make of a file's bytes."""
    return render(io.BytesIO(data), parse(options), output, limits=Limits(), generation=generation)


def look(data: bytes) -> Image.Image:
    """Return a file as Pillow decodes it, the first frame of an animation."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def corners(data: bytes) -> list[Colour]:
    """Return the colours in the middle of the four quarters: top left and right, bottom left and right."""
    picture = look(data).convert("RGB")
    width, height = picture.size
    points = [(x * width // 4, y * height // 4) for y in (1, 3) for x in (1, 3)]
    return [colour(picture, point) for point in points]


def colour(picture: Image.Image, point: tuple[int, int]) -> Colour:
    found = picture.getpixel(point)
    assert isinstance(found, tuple)
    return found


def is_near(one: Colour, other: Colour, *, within: int = 12) -> bool:
    """Whether two colours differ by no more than lossy formats make them."""
    return all(abs(a - b) <= within for a, b in zip(one, other, strict=True))


def distance(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two pictures of one size, from 0 to 255."""
    assert one.size == other.size
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return max(ImageStat.Stat(difference).mean)
