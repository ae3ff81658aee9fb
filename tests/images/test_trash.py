"""The trash: out of reach at once, back with all it had, and gone when its days are over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from apps.accounts.actor import SYSTEM
from apps.accounts.errors import QuotaExceeded
from apps.accounts.models import Account, AuditEvent
from apps.accounts.services import set_limits
from apps.images.errors import ImageExists, ImageNotFound
from apps.images.models import Image
from apps.images.services import delete_image, empty_trash, restore_image
from apps.images.services.deletion import RETIRE_IMAGE, retire_image
from apps.images.services.files import LINGER_SECONDS
from apps.outbox.errors import RetryLater
from apps.outbox.models import Job
from tests.images.conftest import jpeg
from tests.images.test_deletion import let_time_pass, run_all_jobs
from tests.images.test_renditions import store
from tests.images.test_upload import upload

pytestmark = pytest.mark.django_db
DAY = 86_400


@pytest.fixture
def pear(photo: Image) -> Image:
    """Orchard's photo under a custom id, in an account that keeps the deleted for seven days."""
    photo.account = set_limits(account=photo.account, trash_days=7, images=1, actor=SYSTEM)
    photo.public_id = "pear"
    photo.save()
    return photo


def let_days_pass(days: int) -> None:
    """Bring every job's time forward, and the end of every image's time in the trash."""
    let_time_pass(days * DAY)
    for image in Image.objects.trashed():
        Image.objects.filter(pk=image.pk).update(trashed_until=image.trashed_until - timedelta(days=days))  # type: ignore[operator]  # trashed() has none without
    run_all_jobs()


def images_used() -> int:
    return Account.objects.get(name="Orchard").images_used


def test_it_works(pear: Image, stored_files: Callable[[], list[Path]]) -> None:
    rendition = store(pear)
    delete_image(image=pear, actor=SYSTEM)
    assert not Image.objects.present().exists()
    assert images_used() == 1, "its bytes are kept"
    let_days_pass(6)
    restored = restore_image(image=pear, actor=SYSTEM)
    assert Image.objects.live().get() == restored
    assert store(restored) == rendition, "with all it had"
    let_days_pass(30)
    assert len(stored_files()) == 2
    assert AuditEvent.objects.get(action="image.restored").object_id == "pear"
    assert not Job.objects.filter(kind=RETIRE_IMAGE).exists()


def test_when_its_days_are_over_it_is_gone(pear: Image, stored_files: Callable[[], list[Path]]) -> None:
    delete_image(image=pear, actor=SYSTEM)
    let_days_pass(8)
    assert not Image.objects.exists()
    assert images_used() == 0
    assert stored_files() == []
    with pytest.raises(ImageNotFound):
        restore_image(image=pear, actor=SYSTEM)


def test_what_is_over_but_not_swept_cannot_be_restored(pear: Image) -> None:
    delete_image(image=pear, actor=SYSTEM)
    Image.objects.update(trashed_until=timezone.now())
    with pytest.raises(ImageNotFound):
        restore_image(image=pear, actor=SYSTEM)


def test_without_days_nothing_is_kept(photo: Image) -> None:
    delete_image(image=photo, actor=SYSTEM)
    with pytest.raises(ImageNotFound):
        restore_image(image=photo, actor=SYSTEM)
    assert images_used() == 0


def test_an_id_that_was_taken_meanwhile(pear: Image) -> None:
    set_limits(account=pear.account, images=2, actor=SYSTEM)
    delete_image(image=pear, actor=SYSTEM)
    upload(pear.account, jpeg(), image_id="pear")
    with pytest.raises(ImageExists):
        restore_image(image=pear, actor=SYSTEM)
    assert Image.objects.trashed().get() == pear


def test_the_trash_counts_until_it_is_emptied(pear: Image, stored_files: Callable[[], list[Path]]) -> None:
    delete_image(image=pear, actor=SYSTEM)
    with pytest.raises(QuotaExceeded):
        upload(pear.account, jpeg())
    assert empty_trash(account=pear.account, actor=SYSTEM) == 1
    assert empty_trash(account=pear.account, actor=SYSTEM) == 0
    upload(pear.account, jpeg())
    assert len(stored_files()) == 2, "a response may still be sending it"
    let_time_pass(LINGER_SECONDS + 1)
    run_all_jobs()
    assert images_used() == len(stored_files()) == 1


def test_a_job_of_an_earlier_deletion_removes_nothing(pear: Image) -> None:
    """It was claimed when its time had come, and looked only after a restore and another deletion."""
    delete_image(image=pear, actor=SYSTEM)
    early = Job.objects.get(kind=RETIRE_IMAGE)
    with pytest.raises(RetryLater):
        retire_image(early)
    assert Image.objects.trashed().exists()
