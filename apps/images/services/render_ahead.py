"""Rendering ahead: the variants marked so are made before anyone asks, in every format browsers accept."""

from __future__ import annotations

from apps.images.decide import RenditionKey
from apps.images.models import Image
from apps.images.renderer import render
from apps.images.services.renditions import find_rendition, store_rendition
from apps.images.sources import open_original, source_info
from apps.imaging.encoders import Generation
from apps.imaging.errors import SvgConversion
from apps.imaging.negotiate import choose_format
from apps.imaging.recipe import OutputFormat, Recipe
from apps.outbox.models import Job
from apps.outbox.services import add_job
from apps.variants.models import Variant

RENDER_AHEAD = "images.render_ahead"
# Accept headers that stand for all: a browser of today, one without AVIF, and anything else.
_ACCEPTS = ("image/avif,image/webp", "image/webp", "")


def plan_render_ahead(*, image: Image) -> None:
    """Put one job per marked variant and format into the outbox, within the caller's transaction.

    One render a job: none may take longer than its lease.
    """
    for variant in Variant.objects.in_account(image.account).rendered_ahead():
        recipe = variant.recipe
        for output in _choose_formats(image, recipe):
            add_job(
                kind=RENDER_AHEAD,
                key=f"{image.pk}:{image.version}:{recipe.fingerprint}:{output.value}",
                payload={
                    "image": image.pk,
                    "image_version": image.version,
                    "variant": variant.pk,
                    "format": output.value,
                },
                account=image.account,
            )


def render_ahead(job: Job) -> None:
    """Make the rendition if it is still missing; when image or variant went or changed, do nothing."""
    payload = job.payload
    image = Image.objects.live().filter(pk=payload["image"], version=payload["image_version"]).first()
    variant = Variant.objects.rendered_ahead().filter(pk=payload["variant"]).first()
    if image is None or variant is None:
        return
    recipe = variant.recipe
    key = RenditionKey(
        image_pk=image.pk,
        image_version=image.version,
        fingerprint=recipe.fingerprint,
        output=OutputFormat(payload["format"]),
        generation=Generation.SMALL,
    )
    if find_rendition(key=key) is None:
        with open_original(image.storage_key) as file:
            rendered = render(file, recipe, key.output, generation=key.generation)
        store_rendition(account_pk=image.account_id, key=key, rendered=rendered)


def _choose_formats(image: Image, recipe: Recipe) -> list[OutputFormat]:
    try:
        return list(dict.fromkeys(choose_format(recipe, source_info(image), accept) for accept in _ACCEPTS))
    except SvgConversion:  # this variant's links to the drawing are refused too
        return []
