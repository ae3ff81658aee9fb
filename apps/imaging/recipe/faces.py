"""Faces in a recipe: what it comes to where there is no detector, so that it says what is rendered.

Who finds faces and who does not makes two pictures of `gravity=face`: they need two fingerprints.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from apps.imaging.recipe import Recipe
from apps.imaging.recipe.gravity import SOUGHT, Seek
from apps.imaging.recipe.transform import Transform

_Seeker = TypeVar("_Seeker", bound=Transform)


def forget_faces(recipe: Recipe) -> Recipe:
    """Return the recipe with what draws the eye instead of faces, its overlays' too; mostly itself."""
    draw = tuple(_forget(overlay) for overlay in recipe.draw)
    return _forget(recipe if draw == recipe.draw else replace(recipe, draw=draw))


def _forget(seeker: _Seeker) -> _Seeker:
    """Return it without its zoom as well, which comes closer to nothing but a face."""
    if seeker.gravity.seek is not Seek.FACE:
        return seeker
    return replace(seeker, gravity=SOUGHT[Seek.AUTO.value], zoom=0.0)
