"""ThumbHash: a picture as 5 to 25 bytes, from which a browser draws a blurred preview.

The format is Evan Wallace's (https://evanw.github.io/thumbhash/, public domain): the lowest frequencies of a
cosine transform of lightness, two differences of colour and, if there is any transparency, opacity. Each
coefficient takes four bits, after a head with the means, the scales and the shape.
"""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass

MAX_SIDE = 100
_NOISE = 1e-9  # what sums of cosines leave where there is nothing

_Plane = list[list[float]]


@dataclass(frozen=True, slots=True)
class _Waves:
    """One plane's transform: its mean, the largest coefficient, and all but the mean as shares of that."""

    mean: float
    scale: float
    shares: list[float]


def write_thumbhash(pixels: bytes, width: int, height: int) -> bytes:
    """Return the hash of RGBA pixels, rows from the top; neither side may have more than 100 pixels."""
    if max(width, height) > MAX_SIDE or len(pixels) != 4 * width * height:
        raise ValueError("not the pixels of a small picture")
    lightness, yellow, red, opacity = _split(pixels, width)
    has_alpha = any(value < 1 for row in opacity for value in row)
    across, down = _count_waves(width, height, has_alpha=has_alpha)
    light = _transform(lightness, max(3, across), max(3, down))
    colours = [_transform(plane, 3, 3) for plane in (yellow, red)]
    clear = [_transform(opacity, 5, 5)] if has_alpha else []
    is_landscape = width > height
    head = (
        _quantize(light.mean, 63)
        | _quantize((colours[0].mean + 1) / 2, 63) << 6
        | _quantize((colours[1].mean + 1) / 2, 63) << 12
        | _quantize(light.scale, 31) << 18
        | has_alpha << 23
        | (down if is_landscape else across) << 24
        | _quantize(colours[0].scale, 63) << 27
        | _quantize(colours[1].scale, 63) << 33
        | is_landscape << 39
    )
    nibbles = [_quantize(each, 15) for plane in clear for each in (plane.mean, plane.scale)]
    nibbles += [_quantize(share, 15) for plane in (light, *colours, *clear) for share in plane.shares]
    nibbles += [0] * (len(nibbles) % 2)
    return head.to_bytes(5, "little") + bytes(
        low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True)
    )


def _split(pixels: bytes, width: int) -> tuple[_Plane, _Plane, _Plane, _Plane]:
    """Return lightness, yellow against blue, red against green, and opacity.

    What is clear shows the mean colour of all that is not.
    """
    points = [tuple(value / 255 for value in pixels[at : at + 4]) for at in range(0, len(pixels), 4)]
    opaque = sum(point[3] for point in points)
    mean = [sum(point[band] * point[3] for point in points) / (opaque or 1) for band in range(3)]
    planes: tuple[list[float], ...] = ([], [], [], [])
    for *colour, alpha in points:
        red, green, blue = (
            ground * (1 - alpha) + value * alpha for value, ground in zip(colour, mean, strict=True)
        )
        values = ((red + green + blue) / 3, (red + green) / 2 - blue, red - green, alpha)
        for plane, value in zip(planes, values, strict=True):
            plane.append(value)
    one, two, three, four = (
        [plane[start : start + width] for start in range(0, len(plane), width)] for plane in planes
    )
    return one, two, three, four


def _count_waves(width: int, height: int, *, has_alpha: bool) -> tuple[int, int]:
    """Return how many waves of lightness fit across and down: the longer side has the most."""
    most, longer = 5 if has_alpha else 7, max(width, height)
    return max(1, round(most * width / longer)), max(1, round(most * height / longer))


def _transform(plane: _Plane, across: int, down: int) -> _Waves:
    """Return the frequencies below the diagonal of an across×down square, row by row."""
    height, width = len(plane), len(plane[0])
    columns, rows = _cosines(across, width), _cosines(down, height)
    # Rows first, then what came of them: ten times fewer products than each wave by itself.
    by_row = [[sum(map(operator.mul, row, wave)) for wave in columns] for row in plane]
    found = [
        sum(by_row[y][x_wave] * wave[y] for y in range(height)) / (width * height)
        for y_wave, wave in enumerate(rows)
        for x_wave in range(across)
        if x_wave * down < across * (down - y_wave)
    ]
    mean, *others = found
    scale = max((abs(each) for each in others), default=0.0)
    if scale < _NOISE:
        return _Waves(mean, 0.0, [0.5] * len(others))
    return _Waves(mean, scale, [0.5 + 0.5 * each / scale for each in others])


def _cosines(count: int, length: int) -> list[list[float]]:
    return [
        [math.cos(math.pi / length * wave * (place + 0.5)) for place in range(length)]
        for wave in range(count)
    ]


def _quantize(share: float, most: int) -> int:
    return min(most, max(0, math.floor(share * most + 0.5)))
