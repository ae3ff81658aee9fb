"""A photo nobody took: drawn from numbers, so that it is ours, the same everywhere, and no easier than one.

Encoders live on what photos have in common, and flat test cards or white noise have none of it. So the scene
is made of dead leaves (discs that hide each other, their radii falling with the third power, which gives
natural edges and a 1/f spectrum: Lee, Mumford and Huang, "Occlusion models for natural images", 2001), lit
from one side, with 1/f texture on everything, softened as by a lens, and with a sensor's grain on top.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

_LEAVES = 9_000
_RADII = (0.0022, 0.30)  # of the width
_TEXTURE = 16.0  # standard deviation in levels of 255, over all octaves
_GRAIN = 4.0
_LENS = 0.7  # standard deviation in pixels

Array = np.ndarray


def draw_photo(width: int, height: int, *, seed: int = 1) -> Image.Image:
    """Return the scene of this seed; RGB."""
    chance = np.random.default_rng(seed)
    scene = _draw_leaves(width, height, chance)
    texture = draw_texture(width, height, chance) * _TEXTURE
    light = np.linspace(1.25, 0.8, width, dtype=np.float32)[None, :]
    light = light * np.linspace(1.0, 0.82, height, dtype=np.float32)[:, None]
    bands = []
    for band in scene.split():
        lit = np.asarray(band, dtype=np.float32) + texture
        lit *= light
        bands.append(_to_band(lit).filter(ImageFilter.GaussianBlur(_LENS)))
    return Image.merge("RGB", [_add_grain(band, chance) for band in bands])


def draw_texture(width: int, height: int, chance: np.random.Generator) -> Array:
    """Return noise with a deviation of 1 whose amplitude falls as 1/f: every octave is equally strong."""
    total = np.zeros((height, width), dtype=np.float32)
    octaves = 0
    cell = max(width, height) / 2
    while cell >= 2:
        grid = chance.standard_normal((max(2, round(height / cell)), max(2, round(width / cell))))
        layer = Image.fromarray(grid.astype(np.float32)).resize((width, height), Image.Resampling.BICUBIC)
        octave = np.asarray(layer)
        total += octave / max(float(octave.std()), 1e-6)
        octaves += 1
        cell /= 2
    return total / np.float32(np.sqrt(octaves))


def _draw_leaves(width: int, height: int, chance: np.random.Generator) -> Image.Image:
    scene = Image.new("RGB", (width, height), (118, 112, 100))
    draw = ImageDraw.Draw(scene)
    least, most = (share * width for share in _RADII)
    # Radii with a density of r^-3, by inverting its distribution.
    radii = (least**-2 - chance.random(_LEAVES) * (least**-2 - most**-2)) ** -0.5
    places = chance.random((_LEAVES, 2)) * (width, height)
    shapes = chance.uniform(0.5, 1.0, _LEAVES)
    hues = chance.normal((124, 118, 106), 11, (_LEAVES, 3)) + chance.normal(0, 42, (_LEAVES, 1))
    for radius, (x, y), shape, hue in zip(radii, places, shapes, hues, strict=True):
        fill = tuple(int(level) for level in np.clip(hue, 4, 250))
        draw.ellipse((x - radius, y - radius * shape, x + radius, y + radius * shape), fill=fill)
    return scene


def _add_grain(band: Image.Image, chance: np.random.Generator) -> Image.Image:
    grain = chance.standard_normal((band.height, band.width), dtype=np.float32) * _GRAIN
    return _to_band(np.asarray(band, dtype=np.float32) + grain)


def _to_band(levels: Array) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(levels), 0, 255).astype(np.uint8))
