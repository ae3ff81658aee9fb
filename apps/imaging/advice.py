"""Advice: what a recipe asks for that does not do what it seems to; sent along with the picture.

The sentences are those the original puts into its `Warning` header (catalogue §4.11), where it has one.
"""

from __future__ import annotations

from apps.imaging.geometry.plan import is_source_smaller
from apps.imaging.negotiate import is_too_large_for_avif
from apps.imaging.recipe import Compression, FormatChoice, OutputFormat, Recipe
from apps.imaging.recipe.gravity import Seek
from apps.imaging.recipe.transform import Fit, Transform
from apps.imaging.source import SourceFormat, SourceInfo

# Production accepts 3, and says this of it.
_STEEP_DPR = 3
_JPEG_OR_PNG = frozenset({FormatChoice.JPEG, FormatChoice.BASELINE_JPEG, FormatChoice.PNG})


def warnings(recipe: Recipe, info: SourceInfo, output: OutputFormat, *, finds_faces: bool) -> tuple[str, ...]:
    """Return sentences in plain ASCII for whoever wrote the recipe. Raises EmptyImage.

    Of a drawing there is nothing to say: it takes no options. `output` is the format that answers,
    `finds_faces` whether there is a detector.
    """
    if info.format is SourceFormat.SVG:
        return ()
    is_half_a_box = (recipe.width is None) is not (recipe.height is None)
    found = {
        "cover fit mode needs both width and height": recipe.fit is Fit.COVER and is_half_a_box,
        "dpr > 3 should never be used": recipe.dpr >= _STEEP_DPR,
        "original is smaller": is_source_smaller(recipe, info),
        # Who got WebP without asking for it may take AVIF too.
        "image too large for AVIF": (
            is_too_large_for_avif(recipe, info)
            and (output is OutputFormat.WEBP or recipe.format is FormatChoice.AVIF)
        ),
        "JPEG vs PNG selection is automatic": (
            # Ours does as it is told, unless it was also told to be fast.
            recipe.compression is Compression.FAST and recipe.format in _JPEG_OR_PNG
        ),
        "gravity face needs a face detector, and there is none: it is auto": (
            not finds_faces and any(map(_is_cut_around_a_face, (recipe, *recipe.draw)))
        ),
    }
    return tuple(sentence for sentence, is_true in found.items() if is_true)


def _is_cut_around_a_face(picture: Transform) -> bool:
    return picture.gravity.seek is Seek.FACE and picture.fit.is_cutting
