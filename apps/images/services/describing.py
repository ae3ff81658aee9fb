"""Describing originals: what stands for a picture until it is there, made by workers after the upload.

    original kept ──▶ DESCRIBE, a job ──▶ thumbhash, dominant colour         (a render of a hundred pixels)
    describe_all  ──▶ DESCRIBE_ALL, a slice of images, then the next ──▶ a DESCRIBE for each that lacks it

They are the original's: kept with it when it is replaced, and there again when it is restored. No SVG has
any.
"""

from __future__ import annotations

from django.db import transaction

from apps.images.errors import OriginalMissing
from apps.images.models import Image
from apps.images.renderer import render
from apps.images.sources import open_original
from apps.imaging.errors import TooLargeToProcess
from apps.imaging.pixels.encoders import Generation
from apps.imaging.placeholder import read_placeholder
from apps.imaging.recipe import FormatChoice, OutputFormat, Recipe
from apps.imaging.source import SourceFormat
from apps.outbox.models import Job
from apps.outbox.services import add_job

DESCRIBE, DESCRIBE_ALL = "images.describe", "images.describe_all"
SLICE = 500
_RECIPE = Recipe(format=FormatChoice.PLACEHOLDER)


def plan_description(*, image: Image) -> None:
    """Have an image's original described, within the caller's transaction, unless it is already."""
    if image.thumbhash or image.format == SourceFormat.SVG.value:
        return
    add_job(
        kind=DESCRIBE,
        key=f"{image.pk}:{image.original_version}",
        payload={"image": image.pk, "original_version": image.original_version},
        account=image.account,
    )


def describe(job: Job) -> None:
    """Describe an original; nothing is written where the image has another by now."""
    same = Image.objects.filter(pk=job.payload["image"], original_version=job.payload["original_version"])
    image = same.filter(is_draft=False, thumbhash="").first()
    if image is None:
        return
    try:
        with open_original(image.storage_key) as file:
            made = render(file, _RECIPE, OutputFormat.PLACEHOLDER, generation=Generation.QUICK)
    except OriginalMissing:
        if same.filter(storage_key=image.storage_key).exists():  # not replaced or deleted meanwhile
            raise
        return
    except TooLargeToProcess:  # by a host whose renderer has no heavy lane; nobody is served worse for it
        return
    found = read_placeholder(made.data)
    colour = "" if found.dominant_colour is None else f"#{found.dominant_colour}"
    same.update(thumbhash=found.thumbhash_text, dominant_colour=colour)


def describe_all() -> None:
    """Have every image described that was kept before originals were; workers do it, slice by slice."""
    add_job(kind=DESCRIBE_ALL, key="0", payload={"after": 0})


def describe_slice(job: Job) -> None:
    """Plan the descriptions of the next images, and the slice behind them."""
    images = Image.objects.live().filter(pk__gt=job.payload["after"]).order_by("pk")
    with transaction.atomic():
        found = list(images.select_related("account")[:SLICE])
        for image in found:
            plan_description(image=image)
        if len(found) == SLICE:
            last = found[-1].pk
            add_job(kind=DESCRIBE_ALL, key=str(last), payload={"after": last})
