"""The product itself: images (originals and what is known of them) and their renditions."""

from apps.images.models.image import Image
from apps.images.models.rendition import Rendition

__all__ = ["Image", "Rendition"]
