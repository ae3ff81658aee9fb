"""Mezzanines of large originals: made by the worker after an upload, lest the first viewer wait for it."""

from __future__ import annotations

from contextlib import suppress

from apps.images.decide import StoredRendition
from apps.images.mezzanine import lacks_subject, mezzanine_key
from apps.images.models import Image
from apps.images.renderer import render
from apps.images.services.focus import keep_focal_points
from apps.images.services.renditions import find_rendition, forget_rendition, store_rendition
from apps.images.sources import open_originals, read_focal_points, source_info
from apps.images.storage import renditions
from apps.imaging.errors import TooLargeToProcess
from apps.imaging.geometry.focus import FocalPoints
from apps.imaging.mezzanine import FORMAT, has_mezzanine, make_recipe
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.subject import SUBJECT
from apps.outbox.models import Job, JobState
from apps.outbox.services import add_job

RENDER_MEZZANINE = "images.render_mezzanine"


def plan_mezzanine(*, image: Image) -> None:
    """Have an image's mezzanine made, if it is worth one, after the caller's transaction."""
    if has_mezzanine(source_info(image)):
        add_job(
            kind=RENDER_MEZZANINE,
            key=_make_key(image),
            payload={"image": image.pk, "image_version": image.version},
            account=image.account,
        )


def is_mezzanine_planned(*, image: Image) -> bool:
    """Whether a worker makes the mezzanine now or later."""
    planned = Job.objects.filter(kind=RENDER_MEZZANINE, key=_make_key(image))
    return planned.filter(state__in=[JobState.PENDING, JobState.RUNNING]).exists()


def render_mezzanine(job: Job) -> None:
    """Make the mezzanine if it is missing, and nothing when the image has changed since."""
    payload = job.payload
    image = Image.objects.live().filter(pk=payload["image"], version=payload["image_version"]).first()
    if image is None or find_mezzanine(image=image) is not None:
        return
    with suppress(TooLargeToProcess):  # by this host, each time it tries; whoever asks is told
        make_mezzanine(image=image)


def make_mezzanine(*, image: Image) -> None:
    """Make and keep the mezzanine now; raises TooLargeToProcess where this host is too small for it."""
    key = mezzanine_key(image.pk, image.version)
    with open_originals(image.storage_key) as (original,):
        rendered = render(original, make_recipe(source_info(image)), FORMAT, generation=key.generation)
    store_rendition(account_pk=image.account_id, key=key, rendered=rendered)


def find_mezzanine(*, image: Image) -> StoredRendition | None:
    """Return the mezzanine if it is there; a row without its file is dropped, so that it can be made anew."""
    stored = find_rendition(key=mezzanine_key(image.pk, image.version))
    if stored is None or renditions().exists(stored.storage_key):
        return stored
    forget_rendition(storage_key=stored.storage_key)
    return None


def find_subject(*, image: Image, recipe: Recipe) -> FocalPoints:
    """Return the image's focal points, looked for now if a recipe needs some that nobody knows."""
    known = read_focal_points(image.focal_points)
    if not lacks_subject(recipe, source_info(image), known):
        return known
    with open_originals(image.storage_key) as (original,):
        found = render(original, SUBJECT, OutputFormat.JPEG, generation=Generation.QUICK, known=known).found
    if found is None:
        return known
    keep_focal_points(image_pk=image.pk, image_version=image.version, found=found)
    return known.join(found)


def _make_key(image: Image) -> str:
    return f"{image.pk}:{image.version}"
