"""Descriptions: made by workers after the upload, kept with the original they are of."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from PIL import Image as Picture

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.errors import OriginalMissing
from apps.images.models import Image
from apps.images.services import (
    delete_image,
    describing,
    replace_original,
    restore_image,
    restore_original,
    set_access,
    upload_image,
)
from apps.images.services.describing import DESCRIBE, describe
from apps.images.storage import originals
from apps.outbox.models import Job, JobState
from apps.outbox.services import run_due_jobs
from tests import pictures
from tests.images.conftest import jpeg

pytestmark = pytest.mark.django_db

TEAL, ORANGE = "#008080", "#ffa500"


def upload(account: Account, data: bytes) -> Image:
    return upload_image(account=account, file=io.BytesIO(data), actor=SYSTEM)


def colour_of(image: Image) -> str:
    return Image.objects.get(pk=image.pk).dominant_colour


def png(fill: str, mode: str = "RGB") -> bytes:
    return pictures.encode(Picture.new(mode, (60, 40), fill), "PNG")


def test_it_works(orchard: Account, stores: Path) -> None:
    image = upload(orchard, png("teal"))
    assert (image.thumbhash, image.dominant_colour) == ("", ""), "an upload never waits for it"
    run_due_jobs()
    image.refresh_from_db()
    assert image.dominant_colour == TEAL
    assert 5 <= len(base64.b64decode(image.thumbhash, validate=True)) <= 25
    assert image.version == 1


def test_a_replaced_original_has_its_own_and_a_restored_one_its_own_again(
    orchard: Account, stores: Path
) -> None:
    image = upload(orchard, png("teal"))
    run_due_jobs()
    thumbhash = Image.objects.get().thumbhash
    replaced, _ = replace_original(image=image, file=io.BytesIO(png("orange")), actor=SYSTEM)
    assert (replaced.thumbhash, replaced.dominant_colour) == ("", "")
    run_due_jobs()
    assert colour_of(image) == ORANGE
    restored, _ = restore_original(image=image, version=1, actor=SYSTEM)
    assert (restored.thumbhash, restored.dominant_colour) == (thumbhash, TEAL)
    assert not Job.objects.filter(kind=DESCRIBE, state=JobState.PENDING).exists()


def test_one_that_was_replaced_too_early_is_described_when_it_is_restored(
    orchard: Account, stores: Path
) -> None:
    image = upload(orchard, png("teal"))
    late = Job.objects.get(kind=DESCRIBE)
    replace_original(image=image, file=io.BytesIO(png("orange")), actor=SYSTEM)
    describe(late)
    assert colour_of(image) == ""
    run_due_jobs()
    assert colour_of(image) == ORANGE
    restore_original(image=image, version=1, actor=SYSTEM)
    run_due_jobs()
    assert colour_of(image) == TEAL


def test_a_change_of_access_changes_nothing_of_it(orchard: Account, stores: Path) -> None:
    image = upload(orchard, png("teal"))
    set_access(image=image, is_private=True, actor=SYSTEM)
    run_due_jobs()
    assert colour_of(image) == TEAL


def test_of_what_cannot_be_seen_there_is_no_colour(orchard: Account, stores: Path) -> None:
    clear = upload(orchard, png("#00000000", "RGBA"))
    drawing = upload(orchard, pictures.drawing_svg())
    assert [job.payload["image"] for job in Job.objects.filter(kind=DESCRIBE)] == [clear.pk]
    run_due_jobs()
    clear.refresh_from_db()
    assert clear.thumbhash
    assert (clear.dominant_colour, colour_of(drawing)) == ("", "")


def test_one_out_of_the_trash_is_described_if_it_was_not(orchard: Account, stores: Path) -> None:
    orchard.trash_days = 3
    orchard.save()
    image = upload(orchard, png("teal"))
    delete_image(image=image, actor=SYSTEM)
    Job.objects.filter(kind=DESCRIBE).delete()
    restore_image(image=image, actor=SYSTEM)
    run_due_jobs()
    assert colour_of(image) == TEAL


def test_a_missing_file_is_a_fault_unless_the_image_has_another(orchard: Account, stores: Path) -> None:
    image = upload(orchard, png("teal"))
    originals().delete(image.storage_key)
    with pytest.raises(OriginalMissing):
        describe(Job.objects.get(kind=DESCRIBE))


def test_a_job_done_twice_decodes_once(orchard: Account, stores: Path, settings: Any) -> None:
    upload(orchard, png("teal"))
    job = Job.objects.get(kind=DESCRIBE)
    describe(job)
    settings.RENDERER_SOCKET = "/nowhere"
    describe(job)


def test_images_of_before_are_described_slice_by_slice(
    orchard: Account, elsewhere: Account, stores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(describing, "SLICE", 2)
    made = [upload(account, png(fill)) for account in (orchard, elsewhere) for fill in ("teal", "orange")]
    made.append(upload(orchard, jpeg()))
    run_due_jobs()
    Image.objects.exclude(pk=made[1].pk).update(thumbhash="", dominant_colour="")
    call_command("describe_images", verbosity=0)
    planned = run_until_idle()
    assert planned == {image.pk for image in made} - {made[1].pk}
    assert not Image.objects.filter(thumbhash="").exists()
    assert [colour_of(image) for image in made[:4]] == [TEAL, ORANGE, TEAL, ORANGE]


def run_until_idle() -> set[int]:
    """Do all jobs and those they plan; return the images that were described."""
    before = set(Job.objects.filter(kind=DESCRIBE).values_list("pk", flat=True))
    while Job.objects.filter(state=JobState.PENDING, kind__startswith="images.describe").exists():
        run_due_jobs()
    described = Job.objects.filter(kind=DESCRIBE).exclude(pk__in=before)
    return {job.payload["image"] for job in described}
