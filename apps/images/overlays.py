"""Overlays of a link: the images its recipe draws onto another, as they are now. Pure.

A variant is its owner's, so it may draw a private image: that is what a watermark nobody can download is.
Options in a link are anyone's, so they may draw public images only, and what they may not draw is refused
as if it were not there. No picture ever goes out without an overlay it was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from apps.images.errors import NoSuchOverlay
from apps.imaging.recipe import Recipe


class ImageVersion(NamedTuple):
    """One image as it was for a while: its bytes, and who might see them."""

    pk: int
    version: int

    def __str__(self) -> str:
        return f"{self.pk}.{self.version}"


@dataclass(frozen=True, slots=True)
class OverlayFacts:
    """`image_id` is the user's or ours, as the recipe spells it."""

    image_id: str
    pk: int
    version: int
    is_private: bool
    storage_key: str

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> OverlayFacts:
        """Return the facts in a row of these columns, as values or as the text that SQL's arrays hold."""
        image_id, pk, version, is_private, storage_key = row
        return cls(image_id, int(pk), int(version), is_private in (True, "true"), storage_key)

    @property
    def image_version(self) -> ImageVersion:
        return ImageVersion(self.pk, self.version)


def choose_overlays(
    recipe: Recipe, found: Iterable[OverlayFacts], *, is_flexible: bool
) -> tuple[OverlayFacts, ...]:
    """Return what the recipe draws, in its order; raise NoSuchOverlay for the first that may not be drawn."""
    if not recipe.draw:
        return ()
    drawable = {overlay.image_id: overlay for overlay in found if not (is_flexible and overlay.is_private)}
    for image_id in recipe.drawn_images:
        if image_id not in drawable:
            raise NoSuchOverlay(image_id, is_flexible=is_flexible)
    return tuple(drawable[image_id] for image_id in recipe.drawn_images)


def write_versions(versions: Iterable[ImageVersion]) -> str:
    """Return the text a rendition's row keeps of its overlays: `7.3,9.1`, empty for none."""
    return ",".join(map(str, versions))
