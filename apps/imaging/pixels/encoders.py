"""Encoders: how a finished picture becomes bytes; every setting is a preset with its reason.

Times are for 0.35 megapixels and one thread, sizes are relative at equal SSIMULACRA2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, IntFlag
from typing import TYPE_CHECKING, Any

from apps.imaging.pixels.budget import encode_within
from apps.imaging.recipe import Compression, Metadata, OutputFormat, Recipe

if TYPE_CHECKING:
    import pyvips


class Generation(Enum):
    """Two ways to encode the same recipe."""

    QUICK = "quick"  # a viewer waits
    SMALL = "small"  # made in the background: fewer bytes at the same quality


class Keep(IntFlag):
    """libvips' VipsForeignKeep: what of the metadata a saver writes. Never ICC: all output is sRGB."""

    NONE = 0
    EXIF = 1
    XMP = 2
    IPTC = 4


COPYRIGHT_FIELD = "exif-ifd0-Copyright"

# What a JPEG quality of 80 looks like elsewhere; 60 for AVIF and 75 for WebP score the same.
_DEFAULT_QUALITY = 80
_DEFAULT_WEBP_QUALITY = 75
_DEFAULT_AVIF_QUALITY = 60

_JPEG: dict[Generation, dict[str, Any]] = {
    # Optimal Huffman tables: 4 ms for 0.98. Progressive, as catalogue §4.5 has it: a viewer sees the whole
    # picture after a tenth of its bytes. A cold render of 6 megapixels takes 1.03 times as long at 512 px,
    # 1.22 at 1600 (paired rounds); bytes differ by 2 % up or down, on thumbnails of 200 px by 10 % up.
    Generation.QUICK: {"optimize_coding": True, "interlace": True},
    # All of mozjpeg: 44 ms, 0.89.
    Generation.SMALL: {
        "optimize_coding": True,
        "trellis_quant": True,
        "overshoot_deringing": True,
        "optimize_scans": True,
        "interlace": True,
        "quant_table": 3,
    },
}
# The scans of a progressive file do not pay below, and cost the viewer's memory above (catalogue §4.5).
_PROGRESSIVE_PIXELS = range(50 * 50, 3_000 * 3_000 + 1)
_PROGRESSIVE_ONLY = ("interlace", "optimize_scans")

# Effort 0: 11.5 ms, 1.00 · 2: 18.5, 0.85 · 4: 39, 0.80 · 6: 108, 0.78.
_WEBP_EFFORT = {Generation.QUICK: 2, Generation.SMALL: 4}
# Effort 0: 31 ms, 1.00 · 3: 341, 0.82 · 4 (libvips' default): 1,510, 0.79. Never 4.
_AVIF_EFFORT = {Generation.QUICK: 0, Generation.SMALL: 3}
_PNG_UNFILTERED, _PNG_ALL_FILTERS = 0x08, 0xF8
# Level and filters; of several tries the smallest file is kept. Level 4 with every filter: 38 ms for 692 kB
# of a photo, where libvips' default takes 27 for 973. Level 9 makes drawings 5 to 18 % smaller and that photo
# 1 % larger; text on plain ground is 20 % smaller unfiltered.
_PNG_TRIES = {
    Generation.QUICK: ((4, _PNG_ALL_FILTERS),),
    Generation.SMALL: ((9, _PNG_ALL_FILTERS), (4, _PNG_ALL_FILTERS), (9, _PNG_UNFILTERED)),
}
_FAST_PNG_TRIES = ((1, _PNG_UNFILTERED),)
# A palette at effort 1 takes 144 ms, at libvips' default of 7 1,099 ms for 12 % less. Its numbers are no
# amounts that a filter could predict: unfiltered, a palette file is 7 to 30 % smaller.
_PNG_PALETTE_EFFORT = 1
# cgif's effort is a compromise in quantising; above 4 it costs more than it gives.
_GIF_EFFORT = {Generation.QUICK: 3, Generation.SMALL: 7}


# What is made of a picture, to keep the smallest: being small, by whatever settings, must not make it larger.
_TRIED = {Generation.QUICK: (Generation.QUICK,), Generation.SMALL: (Generation.SMALL, Generation.QUICK)}


def has_budget(recipe: Recipe, output: OutputFormat) -> bool:
    """Whether qualities are tried until the file is light enough; GIF has none to lower."""
    return recipe.max_bytes is not None and output is not OutputFormat.GIF


def encode(image: pyvips.Image, output: OutputFormat, recipe: Recipe, generation: Generation) -> bytes:
    """Return the file; `image` is 8-bit sRGB or grey, its frames below each other at its page height."""
    is_roll = image.get_page_height() < image.height
    if not is_roll and (has_budget(recipe, output) or generation is Generation.SMALL):
        image = image.copy_memory()  # a file's pixels can be read once; a roll's are in memory

    def encode_at(quality: int | None) -> bytes:
        wanted = replace(recipe, quality=quality or recipe.quality)
        return min((bytes(_ENCODERS[output](image, wanted, each)) for each in _TRIED[generation]), key=len)

    if recipe.max_bytes is None or not has_budget(recipe, output):
        return encode_at(None)
    return encode_within(recipe.max_bytes, recipe.quality or _DEFAULT_QUALITY, encode_at)


def _encode_jpeg(image: pyvips.Image, recipe: Recipe, generation: Generation) -> Any:
    settings = {} if recipe.compression is Compression.FAST else dict(_JPEG[generation])
    if image.width * image.height not in _PROGRESSIVE_PIXELS:
        settings = _without_scans(settings)
    return _save_jpeg(image, recipe, settings)


def _encode_baseline_jpeg(image: pyvips.Image, recipe: Recipe, generation: Generation) -> Any:
    return _save_jpeg(image, recipe, _without_scans(_JPEG[generation]))


def _without_scans(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in _PROGRESSIVE_ONLY}


def _save_jpeg(image: pyvips.Image, recipe: Recipe, settings: dict[str, Any]) -> Any:
    keep = {
        Metadata.KEEP: Keep.EXIF | Keep.XMP | Keep.IPTC,
        Metadata.COPYRIGHT: Keep.EXIF,  # by now only the copyright is left of it
        Metadata.NONE: Keep.NONE,
    }[recipe.metadata]
    if recipe.metadata is Metadata.COPYRIGHT and not image.get_typeof(COPYRIGHT_FIELD):
        keep = Keep.NONE  # else libvips would write an EXIF block of its own
    quality = recipe.quality or _DEFAULT_QUALITY
    return image.jpegsave_buffer(Q=quality, keep=int(keep), **settings)


def _encode_webp(image: pyvips.Image, recipe: Recipe, generation: Generation) -> Any:
    settings: dict[str, Any] = {"effort": _WEBP_EFFORT[generation], "keep": int(Keep.NONE)}
    if recipe.quality == 100:
        return image.webpsave_buffer(lossless=True, **settings)
    return image.webpsave_buffer(Q=translate_quality(recipe.quality, _DEFAULT_WEBP_QUALITY), **settings)


def _encode_avif(image: pyvips.Image, recipe: Recipe, generation: Generation) -> Any:
    return image.heifsave_buffer(
        compression="av1",
        Q=translate_quality(recipe.quality, _DEFAULT_AVIF_QUALITY),
        effort=_AVIF_EFFORT[generation],
        subsample_mode="on",  # libvips would write 4:4:4 from quality 90 on
        bitdepth=8,
        keep=int(Keep.NONE),
    )


def _encode_png(image: pyvips.Image, recipe: Recipe, generation: Generation) -> Any:
    settings: dict[str, Any] = {"keep": int(Keep.NONE)}
    tries = _FAST_PNG_TRIES if recipe.compression is Compression.FAST else _PNG_TRIES[generation]
    if recipe.quality is not None:  # asking for a quality allows a palette (catalogue §4.2)
        settings |= {"palette": True, "Q": recipe.quality, "effort": _PNG_PALETTE_EFFORT}
        tries = ((tries[0][0], _PNG_UNFILTERED),)
    if len(tries) > 1:
        image = image.copy_memory()
    files = (image.pngsave_buffer(compression=level, filter=filters, **settings) for level, filters in tries)
    return min(files, key=len)


def _encode_gif(image: pyvips.Image, recipe: Recipe, generation: Generation) -> Any:
    return image.gifsave_buffer(effort=_GIF_EFFORT[generation], keep=int(Keep.NONE))


_ENCODERS: dict[OutputFormat, Callable[[pyvips.Image, Recipe, Generation], Any]] = {
    OutputFormat.JPEG: _encode_jpeg,
    OutputFormat.BASELINE_JPEG: _encode_baseline_jpeg,
    OutputFormat.PNG: _encode_png,
    OutputFormat.WEBP: _encode_webp,
    OutputFormat.AVIF: _encode_avif,
    OutputFormat.GIF: _encode_gif,
}


def translate_quality(quality: int | None, default: int) -> int:
    """Return another encoder's quality for one on JPEG's scale, along two lines that meet at the defaults.

    So that a link with `quality=80` looks the same whichever format the browser gets.
    """
    if quality is None:
        return default
    if quality <= _DEFAULT_QUALITY:
        return max(1, round(quality * default / _DEFAULT_QUALITY))
    return default + round((quality - _DEFAULT_QUALITY) * (100 - default) / (100 - _DEFAULT_QUALITY))
