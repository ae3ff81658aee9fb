"""Passing through: an animation too large to be transformed is answered as it is, but for its metadata.

Catalogue §6: what has more than 50 megapixels in all its frames is not touched; a GIF of that size would take
20 s. Metadata goes, whatever the recipe says: no animation keeps any. Where that is out of the question (a
still is asked for, something is drawn onto it, or we cannot take its metadata out) its first frame stands for
it, as it does for all of them under LargeAnimation.FIRST_FRAME.
"""

from __future__ import annotations

from apps.imaging.limits import LargeAnimation, Limits
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.source import SourceFormat, SourceInfo
from apps.imaging.stripping import strip

_OWN = {
    SourceFormat.GIF: OutputFormat.GIF,
    SourceFormat.WEBP: OutputFormat.WEBP,
    SourceFormat.PNG: OutputFormat.PNG,
}


def find_passage(recipe: Recipe, info: SourceInfo, limits: Limits) -> OutputFormat | None:
    """Return the one format an animation is passed through in, its own; None for what never is.

    Whatever format the recipe asks for: that is no part of its fingerprint. So who gets a large animation's
    own format gets it as it is, even if the format was asked for by name or is what AVIF fell back to.
    """
    if not (recipe.anim and is_large(info, limits)) or recipe.draw:
        return None
    if limits.large_animation is LargeAnimation.FIRST_FRAME:
        return None
    return _OWN.get(info.format)


def is_large(info: SourceInfo, limits: Limits) -> bool:
    """Whether it moves and has too many pixels for that."""
    return info.is_animated and info.width * info.height * info.frames > limits.large_animation_pixels


def is_transformed_whole(recipe: Recipe, info: SourceInfo, limits: Limits) -> bool:
    """Whether a rendition moves because every frame of the source is transformed."""
    return recipe.anim and info.is_animated and not is_large(info, limits)


def pass_through(data: bytes, info: SourceInfo) -> bytes:
    """Return the file without its metadata. Raises DamagedImage when it cannot be followed to its end."""
    return min(strip(data, info), key=len)
