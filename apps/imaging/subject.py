"""The subject of a picture, asked for: a recipe whose render cannot be made without looking for it."""

from __future__ import annotations

from apps.imaging.recipe import Fit, Recipe
from apps.imaging.recipe.gravity import SOUGHT

# One pixel, zoomed to a face: what is found is in Rendered.found, faces too if there is a detector.
SUBJECT = Recipe(width=1, height=1, fit=Fit.COVER, gravity=SOUGHT["face"], zoom=1)
