"""Rendering ahead: the variants marked so are made before anyone asks, in every format browsers accept."""

from __future__ import annotations

from apps.images.models import Image, Rendition
from apps.images.renderer import render
from apps.images.services.renditions import store_rendition
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
    recipe, output = variant.recipe, OutputFormat(payload["format"])
    if not _is_made(image, recipe, output):
        _make(image, recipe, output)


def _choose_formats(image: Image, recipe: Recipe) -> list[OutputFormat]:
    try:
        return list(dict.fromkeys(choose_format(recipe, source_info(image), accept) for accept in _ACCEPTS))
    except SvgConversion:  # this variant's links to the drawing are refused too
        return []


def _is_made(image: Image, recipe: Recipe, output: OutputFormat) -> bool:
    return Rendition.objects.filter(
        image=image,
        image_version=image.version,
        fingerprint=recipe.fingerprint,
        format=output.value,
        generation=Generation.SMALL.value,
    ).exists()


def _make(image: Image, recipe: Recipe, output: OutputFormat) -> None:
    with open_original(image.storage_key) as file:
        rendered = render(file, recipe, output, generation=Generation.SMALL)
    store_rendition(
        account_pk=image.account_id,
        image_pk=image.pk,
        image_version=image.version,
        fingerprint=recipe.fingerprint,
        generation=Generation.SMALL,
        rendered=rendered,
    )
