"""Three sample pictures, drawn when asked for: a first look at the platform needs no photo at hand.

Each shows something else to a viewer: soft gradients (dunes), transparency (planet), darkness (lighthouse).
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

_Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Sample:
    """An encoded picture under a file name."""

    filename: str
    data: bytes


def draw_samples() -> tuple[Sample, ...]:
    """Return the three pictures: `dunes.jpg`, `planet.png` (transparent) and `lighthouse.jpg`."""
    return (
        Sample("dunes.jpg", _encode(draw_dunes(2400, 1600), "JPEG", quality=92)),
        Sample("planet.png", _encode(draw_planet(1200), "PNG")),
        Sample("lighthouse.jpg", _encode(draw_lighthouse(1600, 2000), "JPEG", quality=92)),
    )


def draw_dunes(width: int, height: int) -> Image.Image:
    """A sun low over ridges of sand; RGB."""
    picture = _sky(width, height, (66, 52, 110), (255, 190, 120))
    centre, radius = (int(width * 0.68), int(height * 0.46)), height // 11
    picture = _glow(picture, centre, radius * 4, (255, 214, 150))
    ImageDraw.Draw(picture).ellipse(_circle(centre, radius), fill=(255, 244, 214))
    ridges: tuple[tuple[float, _Colour], ...] = (
        (0.56, (196, 110, 92)),
        (0.66, (158, 76, 80)),
        (0.78, (110, 50, 72)),
        (0.90, (58, 30, 56)),
    )
    for number, (level, colour) in enumerate(ridges):
        crest = _crest(width, height * level, height * 0.06, 0.9 + number * 0.55, number * 1.7)
        ImageDraw.Draw(picture).polygon([*crest, (width, height), (0, height)], fill=colour)
    return picture


def draw_planet(side: int) -> Image.Image:
    """A ringed planet on nothing: the space around it is transparent; RGBA."""
    sphere = _sky(side, side, (72, 196, 212), (28, 60, 140)).convert("RGBA")
    centre, radius = (side // 2, side // 2), int(side * 0.28)
    for number in range(9):
        top = centre[1] - radius + number * radius // 4
        ImageDraw.Draw(sphere).rectangle(
            (0, top, side, top + radius // 14),
            fill=(120, 220, 226, 255) if number % 2 else (40, 92, 172, 255),
        )
    sphere = sphere.filter(ImageFilter.GaussianBlur(side / 180))
    sphere.putalpha(_mask(side, side, lambda draw: draw.ellipse(_circle(centre, radius), fill=255)))
    ring = _ring(side, centre, radius)
    back, front = ring.copy(), ring.copy()
    back.paste((0, 0, 0, 0), (0, side // 2, side, side))
    front.paste((0, 0, 0, 0), (0, 0, side, side // 2))
    picture = Image.alpha_composite(Image.alpha_composite(back, sphere), front)
    return picture.rotate(-18, resample=Image.Resampling.BICUBIC)


def draw_lighthouse(width: int, height: int) -> Image.Image:
    """A lighthouse at night with its beam and stars; RGB, upright."""
    picture = _sky(width, height, (8, 14, 38), (44, 74, 118))
    stars = random.Random(7)  # noqa: S311  # the same stars for everyone
    draw = ImageDraw.Draw(picture)
    for _ in range(260):
        size, shade = stars.choice((1, 1, 2, 3)), stars.randint(140, 255)
        at = (stars.randint(0, width), stars.randint(0, int(height * 0.62)))
        draw.ellipse(_circle(at, size), fill=(shade, shade, 255))
    lamp = (int(width * 0.62), int(height * 0.34))
    picture = _beam(picture, lamp)
    picture = _glow(picture, lamp, int(width * 0.22), (255, 226, 150))
    _tower(ImageDraw.Draw(picture), lamp, width, height)
    return picture


def _tower(draw: ImageDraw.ImageDraw, lamp: tuple[int, int], width: int, height: int) -> None:
    x, y, unit = *lamp, width // 40
    foot = int(height * 0.84)
    draw.polygon(
        [(x - unit, y), (x + unit, y), (x + 2 * unit, foot), (x - 2 * unit, foot)], fill=(236, 232, 224)
    )
    for number in range(1, 4):
        top = y + (foot - y) * (2 * number - 1) // 7
        draw.rectangle((x - 2 * unit, top, x + 2 * unit, top + (foot - y) // 9), fill=(196, 62, 58))
    draw.rectangle((x - int(1.4 * unit), y - unit, x + int(1.4 * unit), y + unit // 2), fill=(255, 240, 190))
    draw.polygon([(x - 2 * unit, y - unit), (x + 2 * unit, y - unit), (x, y - 3 * unit)], fill=(120, 36, 40))
    crest = _crest(width, height * 0.84, height * 0.02, 1.3, 0.4)
    draw.polygon([*crest, (width, height), (0, height)], fill=(14, 22, 40))


def _beam(picture: Image.Image, lamp: tuple[int, int]) -> Image.Image:
    width, height = picture.size
    far = ((-width // 6, int(height * 0.02)), (-width // 6, int(height * 0.30)))
    mask = _mask(width, height, lambda draw: draw.polygon([lamp, *far], fill=120))
    light = Image.new("RGB", picture.size, (255, 236, 176))
    return Image.composite(light, picture, mask.filter(ImageFilter.GaussianBlur(width / 60)))


def _ring(side: int, centre: tuple[int, int], radius: int) -> Image.Image:
    ring = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(ring)
    bands: tuple[tuple[float, tuple[int, int, int, int]], ...] = (
        (1.62, (240, 208, 150, 255)),
        (1.46, (206, 160, 110, 255)),
        (1.34, (244, 224, 186, 255)),
        (1.24, (0, 0, 0, 0)),
    )
    for scale, colour in bands:
        across, up = radius * scale, radius * scale * 0.26
        draw.ellipse((centre[0] - across, centre[1] - up, centre[0] + across, centre[1] + up), fill=colour)
    return ring


def _sky(width: int, height: int, top: _Colour, bottom: _Colour) -> Image.Image:
    ramp = Image.linear_gradient("L").resize((width, height), Image.Resampling.BICUBIC)
    return Image.composite(
        Image.new("RGB", (width, height), bottom), Image.new("RGB", (width, height), top), ramp
    )


def _glow(picture: Image.Image, centre: tuple[int, int], radius: int, colour: _Colour) -> Image.Image:
    disc = ImageChops.invert(Image.radial_gradient("L")).point(lambda value: max(0, value - 76) * 4 // 3)
    mask = Image.new("L", picture.size)
    mask.paste(disc.resize((radius * 2, radius * 2)), (centre[0] - radius, centre[1] - radius))
    return Image.composite(Image.new("RGB", picture.size, colour), picture, mask)


def _crest(width: int, level: float, swing: float, waves: float, phase: float) -> list[tuple[float, float]]:
    """Points of a ridge line from left to right."""

    def y(x: int) -> float:
        turn = x / width * math.tau * waves + phase
        return level + swing * (math.sin(turn) + 0.35 * math.sin(2.3 * turn + phase))

    return [(float(x), y(x)) for x in range(0, width + 1, 8)]


def _circle(centre: tuple[int, int], radius: int) -> tuple[int, int, int, int]:
    return (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)


def _mask(width: int, height: int, paint: Callable[[ImageDraw.ImageDraw], None]) -> Image.Image:
    mask = Image.new("L", (width, height))
    paint(ImageDraw.Draw(mask))
    return mask


def _encode(picture: Image.Image, format_name: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format_name, **options)
    return buffer.getvalue()
