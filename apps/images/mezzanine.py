"""Mezzanines as this room keeps them: renditions that others are made from. Pure."""

from __future__ import annotations

from dataclasses import replace

from apps.images.decide import Decision, RenditionKey
from apps.imaging.geometry.focus import FocalPoints
from apps.imaging.geometry.plan import follows_subject, make_plan
from apps.imaging.mezzanine import FINGERPRINT, FORMAT, is_made_from_mezzanine, make_recipe
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import Recipe
from apps.imaging.source import SourceInfo


def mezzanine_key(image_pk: int, image_version: int) -> RenditionKey:
    return RenditionKey(image_pk, image_version, FINGERPRINT, FORMAT, Generation.QUICK)


def decide_mezzanine(decision: Decision) -> Decision | None:
    """Return the decision about the mezzanine that a rendition is made from; None where it needs none.

    Its `rendition` is left to be looked up, for only a miss needs to know.
    """
    if not is_made_from_mezzanine(decision.recipe, decision.output, decision.image.source):
        return None
    recipe = make_recipe(decision.image.source)
    key = mezzanine_key(decision.image.pk, decision.image.version)
    return replace(decision, asked=recipe, recipe=recipe, key=key, rendition=None, overlays=())


def lacks_subject(recipe: Recipe, info: SourceInfo, known: FocalPoints) -> bool:
    """Whether a rendition needs focal points that nobody has found yet.

    They are looked for in the original, wherever the rendition is made from: they belong to the image.
    """
    seek = recipe.gravity.seek
    if seek is None or not follows_subject(recipe, make_plan(recipe, info)):
        return False
    return known.find(seek) is None
