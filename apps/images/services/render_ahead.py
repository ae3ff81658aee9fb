"""Rendering ahead: the variants marked so are made before anyone asks, in every format browsers accept."""

from __future__ import annotations

import math
from contextlib import suppress
from functools import partial

from apps.images.decide import RenditionKey
from apps.images.errors import NoSuchOverlay
from apps.images.metrics import measured
from apps.images.models import Image
from apps.images.overlays import OverlayFacts
from apps.images.renderer import RENDER_LIMITS, finds_faces, longest_render_seconds, render
from apps.images.services.mezzanines import (
    find_mezzanine,
    find_subject,
    is_mezzanine_planned,
    make_mezzanine,
    plan_mezzanine,
)
from apps.images.services.overlays import find_overlays
from apps.images.services.renditions import find_rendition, store_rendition
from apps.images.sources import (
    open_original,
    open_originals,
    open_rendition,
    read_focal_points,
    source_info,
)
from apps.imaging.errors import SvgConversion, TooLargeToProcess
from apps.imaging.mezzanine import is_made_from_mezzanine
from apps.imaging.negotiate import choose_format
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.recipe.faces import forget_faces
from apps.imaging.recipe.hints import Hints, resolve
from apps.imaging.rendered import Rendered
from apps.outbox.errors import RetryLater
from apps.outbox.models import Job
from apps.outbox.services import add_job
from apps.variants.models import Variant

RENDER_AHEAD = "images.render_ahead"
# For reading originals and writing the rendition, wherever the stores are.
_STORE_SECONDS = 30
# When a rendition looks again for the mezzanine it is made from.
_MEZZANINE_SECONDS = 30
# Accept headers that stand for all: a browser of today, one without AVIF, and anything else.
_ACCEPTS = ("image/avif,image/webp", "image/webp", "")


def plan_render_ahead(*, image: Image) -> None:
    """Put one job per marked variant and format into the outbox, and one for the mezzanine before.

    Within the caller's transaction. One render a job: none may take longer than its lease.
    """
    plan_mezzanine(image=image)
    for variant in Variant.objects.in_account(image.account).rendered_ahead():
        for is_mobile, recipe in _list_screens(variant.recipe).items():
            for output in _choose_formats(image, recipe):
                add_job(
                    kind=RENDER_AHEAD,
                    key=f"{image.pk}:{image.version}:{recipe.fingerprint}:{output.value}",
                    payload={
                        "image": image.pk,
                        "image_version": image.version,
                        "variant": variant.pk,
                        "is_mobile": is_mobile,
                        "format": output.value,
                    },
                    account=image.account,
                )


def longest_seconds() -> int:
    """Return how long one job may take, both of the renderer's lanes tried: what its lease must outlast."""
    return math.ceil(longest_render_seconds()) + _STORE_SECONDS


def render_ahead(job: Job) -> None:
    """Make the rendition if it is still missing, and nothing when image, variant or overlay changed."""
    payload = job.payload
    image = Image.objects.live().filter(pk=payload["image"], version=payload["image_version"]).first()
    variant = Variant.objects.rendered_ahead().filter(pk=payload["variant"]).first()
    if image is None or variant is None:
        return
    recipe = _resolve(variant.recipe, is_mobile=payload["is_mobile"])
    try:
        overlays = find_overlays(account=image.account, recipe=recipe)
    except NoSuchOverlay:
        return
    key = RenditionKey(
        image_pk=image.pk,
        image_version=image.version,
        fingerprint=recipe.fingerprint,
        output=OutputFormat(payload["format"]),
        generation=Generation.SMALL,
        overlays=tuple(overlay.image_version for overlay in overlays),
    )
    if find_rendition(key=key) is not None:
        return
    with suppress(TooLargeToProcess):  # to be made with less care, if anyone asks
        rendered = _render(image, overlays, recipe, key)
        store_rendition(account_pk=image.account_id, key=key, rendered=rendered)


def _render(image: Image, overlays: tuple[OverlayFacts, ...], recipe: Recipe, key: RenditionKey) -> Rendered:
    """Return the rendition. Raises TooLargeToProcess, and RetryLater while its mezzanine is missing.

    Another job makes that. Where it did not, this one does, and renders in its next lease: one each.
    """
    known, stands_for = read_focal_points(image.focal_points), None
    open_base = partial(open_original, image.storage_key)
    if is_made_from_mezzanine(recipe, key.output, source_info(image)):
        is_planned = is_mezzanine_planned(image=image)  # asked first: it may be made in between
        mezzanine = find_mezzanine(image=image)
        if mezzanine is None and is_planned:
            raise RetryLater(_MEZZANINE_SECONDS, "the mezzanine is not made yet")
        if mezzanine is None:
            make_mezzanine(image=image)
            raise RetryLater(0, "the mezzanine had to be made first")
        open_base = partial(open_rendition, mezzanine.storage_key)
        known, stands_for = find_subject(image=image, recipe=recipe), (image.width, image.height)
    storage_keys = [overlay.storage_key for overlay in overlays]
    with open_base() as base, open_originals(*storage_keys) as drawn, measured("render", key.output):
        return render(
            base,
            recipe,
            key.output,
            generation=key.generation,
            known=known,
            overlays=dict(zip(recipe.drawn_images, drawn, strict=True)),
            stands_for=stands_for,
        )


def _list_screens(recipe: Recipe) -> dict[bool, Recipe]:
    """Return what a desktop and a phone get that tell nothing more, by whether it is one; mostly the same."""
    desktop, phone = (_resolve(recipe, is_mobile=is_mobile) for is_mobile in (False, True))
    return {False: desktop} if phone == desktop else {False: desktop, True: phone}


def _resolve(recipe: Recipe, *, is_mobile: bool) -> Recipe:
    asked = resolve(recipe, Hints(is_mobile=is_mobile))
    return asked if finds_faces() else forget_faces(asked)


def _choose_formats(image: Image, recipe: Recipe) -> list[OutputFormat]:
    try:
        info = source_info(image)
        return list(dict.fromkeys(choose_format(recipe, info, each, RENDER_LIMITS) for each in _ACCEPTS))
    except SvgConversion:  # this variant's links to the drawing are refused too
        return []
