"""What is asked of a picture: the recipe, and the values it is made of."""

from apps.imaging.recipe.overlay import Overlay
from apps.imaging.recipe.recipe import (
    AutoWidth,
    Compression,
    FormatChoice,
    Metadata,
    OutputFormat,
    Recipe,
)
from apps.imaging.recipe.transform import Fit, Flip, Transform

__all__ = [
    "AutoWidth",
    "Compression",
    "Fit",
    "Flip",
    "FormatChoice",
    "Metadata",
    "OutputFormat",
    "Overlay",
    "Recipe",
    "Transform",
]
