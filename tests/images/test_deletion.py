"""Deleting: unreachable at once, files a little later, quota and id free again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from apps.accounts.actor import SYSTEM
from apps.images.errors import ImageNotFound
from apps.images.models import Image, Rendition
from apps.images.services import delete_image, set_access
from apps.images.services.deletion import retire_stale_renditions
from apps.images.services.files import LINGER_SECONDS
from apps.imaging.recipe import Recipe
from apps.outbox.models import Job
from apps.outbox.services import run_due_jobs
from apps.variants.services import create_variant, delete_variant, set_delivery_policy
from tests.images.test_renditions import store

pytestmark = pytest.mark.django_db


def let_time_pass(seconds: int) -> None:
    """Bring every job's time forward."""
    for job in Job.objects.all():
        job.next_at -= timedelta(seconds=seconds)
        job.save(update_fields=["next_at"])


def run_all_jobs() -> None:
    while run_due_jobs():
        pass


def test_it_works(photo: Image, stored_files: Callable[[], list[Path]]) -> None:
    store(photo)
    assert delete_image(image=photo, actor=SYSTEM) == "done"
    assert not Image.objects.live().exists()
    assert len(stored_files()) == 2, "a response may still be sending them"
    run_all_jobs()
    assert len(stored_files()) == 2
    let_time_pass(LINGER_SECONDS + 1)
    run_all_jobs()
    assert stored_files() == []
    assert not Image.objects.exists()
    assert not Rendition.objects.exists()


def test_a_second_delete_finds_nothing(photo: Image) -> None:
    delete_image(image=photo, actor=SYSTEM)
    with pytest.raises(ImageNotFound):
        delete_image(image=photo, actor=SYSTEM)
    photo.account.refresh_from_db()
    assert photo.account.images_used == 0


def test_renditions_of_an_old_version_are_retired(
    photo: Image, stored_files: Callable[[], list[Path]]
) -> None:
    store(photo)
    set_access(image=photo, is_private=True, actor=SYSTEM)
    assert retire_stale_renditions() == 1
    assert retire_stale_renditions() == 0
    assert len(stored_files()) == 2
    let_time_pass(LINGER_SECONDS + 1)
    run_all_jobs()
    assert len(stored_files()) == 1, "the original stays"


def test_renditions_of_a_recipe_nobody_can_name_are_retired(photo: Image) -> None:
    store(photo)
    set_delivery_policy(account=photo.account, is_flexible=True, actor=SYSTEM)
    assert retire_stale_renditions() == 0, "options may name it"
    set_delivery_policy(account=photo.account, is_flexible=False, actor=SYSTEM)
    variant = create_variant(account=photo.account, name="same", options=Recipe(width=10), actor=SYSTEM)
    Rendition.objects.update(fingerprint=variant.fingerprints[0])
    assert retire_stale_renditions() == 0, "a variant names it"
    delete_variant(variant=variant, actor=SYSTEM)
    assert retire_stale_renditions() == 1


def test_renditions_by_signed_options_stay_while_the_image_is_private(photo: Image) -> None:
    set_delivery_policy(account=photo.account, has_signed_options=True, actor=SYSTEM)
    photo, _ = set_access(image=photo, is_private=True, actor=SYSTEM)
    store(photo)
    assert retire_stale_renditions() == 0, "a signed link may name it"
    set_delivery_policy(account=photo.account, has_signed_options=False, actor=SYSTEM)
    assert retire_stale_renditions() == 1


def test_an_upload_that_died_half_way_is_swept(photo: Image, stored_files: Callable[[], list[Path]]) -> None:
    """The process is killed after the file, before the row: the removal planned before is what is left."""
    import io

    from apps.images.services.files import UNCLAIMED_SECONDS, write_file

    write_file(store="originals", key="1/aa/orphan", content=io.BytesIO(b"x"), account=photo.account)
    (stored_files()[0].parents[3] / "originals/1/aa/.orphan.partial").write_bytes(b"half of it")
    assert len(stored_files()) == 3
    let_time_pass(UNCLAIMED_SECONDS + 1)
    run_all_jobs()
    assert len(stored_files()) == 1
    assert Image.objects.filter(uploaded_at__lte=timezone.now()).count() == 1


def test_a_file_with_a_row_is_never_removed(photo: Image, stored_files: Callable[[], list[Path]]) -> None:
    from apps.images.services.files import schedule_removal

    schedule_removal(store="originals", key=photo.storage_key, account=photo.account, delay_seconds=0)
    run_all_jobs()
    assert len(stored_files()) == 1
