"""What a variant draws: looked up as it is now, and looked for before a variant is kept."""

from __future__ import annotations

from apps.accounts.models import Account
from apps.images.errors import OverlayNotFound
from apps.images.models import Image
from apps.images.models.image import ImageQuerySet
from apps.images.overlays import OverlayFacts, choose_overlays
from apps.imaging.errors import OverlayIsSvg
from apps.imaging.recipe import Recipe
from apps.imaging.source import SourceFormat


def find_overlays(*, account: Account, recipe: Recipe) -> tuple[OverlayFacts, ...]:
    """Return what a variant's recipe draws, in its order. Raises NoSuchOverlay."""
    if not recipe.draw:
        return ()
    rows = _find_images(account, recipe).values_list(
        "public_id", "pk", "version", "is_private", "storage_key"
    )
    return choose_overlays(recipe, map(OverlayFacts.from_row, rows), is_flexible=False)


def review_overlays(account: Account, recipe: Recipe) -> None:
    """Raise OverlayNotFound, or OverlayIsSvg, for a recipe that no link could be answered with.

    Whoever mistypes an id should learn it before their visitors do. That an overlay is deleted later is
    allowed all the same: no variant may keep an image from being deleted. A logo is changed by
    `replace_original`.

    The images are held until the caller's transaction ends: one whose id changes has then either changed it
    before, and is not found, or finds the new variant among those that have to follow.
    """
    if not recipe.draw:
        return
    images = _find_images(account, recipe).order_by("pk").select_for_update(of=("self",), no_key=True)
    held = {image.public_id: image for image in images}
    for image_id in recipe.drawn_images:
        if image_id not in held:
            raise OverlayNotFound(image_id)
        if held[image_id].format == SourceFormat.SVG.value:
            raise OverlayIsSvg(image_id)


def _find_images(account: Account, recipe: Recipe) -> ImageQuerySet:
    return Image.objects.in_account(account).live().filter(public_id__in=recipe.drawn_images)
