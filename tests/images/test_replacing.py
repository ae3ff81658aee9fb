"""Replacing: what was acknowledged is there, what was before can be had again, and no file goes too soon."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, AuditEvent
from apps.accounts.services import set_limits
from apps.images.errors import EmptyUpload, ImageNotFound, VersionNotFound
from apps.images.models import FormerOriginal, Image
from apps.images.services import delete_image, grant_upload, replace_original, restore_original, set_access
from apps.images.services.files import LINGER_SECONDS, REMOVE_FILE
from apps.images.services.render_ahead import RENDER_AHEAD
from apps.images.storage import originals
from apps.imaging.errors import DamagedImage, NotAnImage
from apps.outbox.models import Job
from apps.usage.models import DailyUsage
from apps.variants.services import create_variant
from tests.images.conftest import jpeg
from tests.images.test_deletion import let_time_pass, run_all_jobs
from tests.images.test_renditions import store
from tests.together import run_together

pytestmark = pytest.mark.django_db
RED, BLUE = jpeg(60, 40, "red"), jpeg(30, 20, "blue")


def replace(image: Image, data: bytes, filename: str = "new.jpg") -> Image:
    return replace_original(image=image, file=io.BytesIO(data), filename=filename, actor=SYSTEM)[0]


def read(image: Image) -> bytes:
    with originals().open(image.storage_key) as file:
        return bytes(file.read())


def run_everything() -> None:
    let_time_pass(LINGER_SECONDS + 1)
    run_all_jobs()


def test_it_works(photo: Image, stored_files: Callable[[], list[Path]]) -> None:
    create_variant(
        account=photo.account, name="ahead", options={"width": 9}, is_rendered_ahead=True, actor=SYSTEM
    )
    before = read(photo)
    replaced, purge = replace_original(
        image=photo, file=io.BytesIO(RED), filename="C:\\red.jpg", actor=SYSTEM
    )
    assert purge == "done"
    replaced.refresh_from_db()
    assert (replaced.pk, replaced.public_id, replaced.uploaded_at) == (
        photo.pk,
        photo.public_id,
        photo.uploaded_at,
    )
    assert (replaced.width, replaced.height, replaced.filename) == (60, 40, "red.jpg")
    assert (replaced.version, replaced.original_version, read(replaced)) == (2, 2, RED)
    former = FormerOriginal.objects.get(image=photo)
    assert (former.version, former.facts()) == (1, photo.facts())
    assert before == b"".join(path.read_bytes() for path in stored_files() if path.name in former.storage_key)
    event = AuditEvent.objects.get(account=photo.account, action="image.replaced")
    assert (event.object_id, event.detail) == (photo.public_id, {"version": 2})
    assert {job.payload["image_version"] for job in Job.objects.filter(kind=RENDER_AHEAD)} == {2}
    assert DailyUsage.objects.get(account=photo.account).uploads == 2
    photo.account.refresh_from_db()
    assert photo.account.images_used == 1, "a version is no image"
    run_everything()
    assert read(replaced) == RED


def test_the_same_bytes_are_no_version(photo: Image, stored_files: Callable[[], list[Path]]) -> None:
    same = replace(photo, read(photo), "other.jpg")
    assert (same.version, same.filename, same.storage_key) == (1, "photo.jpg", photo.storage_key)
    assert not FormerOriginal.objects.exists()
    assert len(stored_files()) == 1
    assert not Job.objects.filter(kind=REMOVE_FILE).exists()


def test_nothing_rendered_before_is_kept_after(photo: Image) -> None:
    replace(photo, RED)
    assert store(photo, version=1) is None
    assert store(photo, version=2) is not None


@pytest.mark.parametrize(
    ("data", "error"), [(RED[:200], DamagedImage), (b"", EmptyUpload), (b"no picture", NotAnImage)]
)
def test_what_is_refused_leaves_all_as_it_was(
    photo: Image, stored_files: Callable[[], list[Path]], data: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        replace(photo, data)
    assert Image.objects.get(pk=photo.pk).version == 1
    assert len(stored_files()) == 1


def test_a_damaged_picture_is_refused_before_it_is_written(photo: Image) -> None:
    with pytest.raises(DamagedImage):
        replace(photo, jpeg(800, 600)[:-2000])
    assert not Job.objects.filter(kind=REMOVE_FILE).exists()


def test_what_is_gone_or_not_there_yet_cannot_be_replaced(
    photo: Image, stored_files: Callable[[], list[Path]]
) -> None:
    draft, _ = grant_upload(account=photo.account, actor=SYSTEM)
    delete_image(image=photo, actor=SYSTEM)
    for image in (photo, draft):
        with pytest.raises(ImageNotFound):
            replace(image, RED)
        with pytest.raises(ImageNotFound):
            restore_original(image=image, version=1, actor=SYSTEM)
    assert len(stored_files()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_both_end_well(photo: Image, stored_files: Callable[[], list[Path]]) -> None:
    first, second = run_together(lambda: replace(photo, RED), lambda: replace(photo, BLUE))
    assert isinstance(first, Image)
    assert isinstance(second, Image)
    last = first if first.version > second.version else second
    photo.refresh_from_db()
    assert (photo.version, read(photo)) == (3, read(last))
    assert sorted(FormerOriginal.objects.values_list("version", flat=True)) == [1, 2]
    assert len(stored_files()) == 3
    connection.close()


def test_going_back(photo: Image, stored_files: Callable[[], list[Path]]) -> None:
    teal = read(photo)
    replace(photo, RED)
    restored, purge = restore_original(image=photo, version=1, actor=SYSTEM)
    assert (restored.version, restored.filename, read(restored), purge) == (3, "photo.jpg", teal, "done")
    assert [former.version for former in restored.former_originals.newest()] == [2, 1]
    assert len(stored_files()) == 2, "the file is shared"
    event = AuditEvent.objects.get(account=photo.account, action="image.version_restored")
    assert event.detail == {"version": 3, "restored": 1}
    for version in (1, 3):  # the bytes it has
        assert restore_original(image=photo, version=version, actor=SYSTEM)[0].version == 3
    for version in (0, 4, 2**31 - 1):
        with pytest.raises(VersionNotFound, match=f"Version {version} "):
            restore_original(image=photo, version=version, actor=SYSTEM)


def test_focal_points_are_of_their_bytes(photo: Image) -> None:
    Image.objects.update(focal_points="a:0.1,0.2")
    assert replace(photo, RED).focal_points == ""
    assert restore_original(image=photo, version=1, actor=SYSTEM)[0].focal_points == "a:0.1,0.2"


def test_a_change_of_access_leaves_versions_their_numbers(photo: Image) -> None:
    private, _ = set_access(image=photo, is_private=True, actor=SYSTEM)
    replaced = replace(private, RED)
    assert replaced.version == 3
    assert FormerOriginal.objects.get(image=photo).version == 1


def test_the_oldest_go_beyond_the_limit(photo: Image, stored_files: Callable[[], list[Path]]) -> None:
    set_limits(account=photo.account, former_originals=1, actor=SYSTEM)
    replace(photo, RED)
    replace(photo, BLUE)
    assert FormerOriginal.objects.get(image=photo).version == 2
    assert len(stored_files()) == 3, "a response may still be sending it"
    run_everything()
    assert len(stored_files()) == 2


@pytest.mark.parametrize("is_former_again", [False, True])
def test_no_file_goes_while_another_row_names_it(photo: Image, is_former_again: bool) -> None:
    """Version 1 is restored, and its row falls out of the limit; the restored one may be former, too."""
    set_limits(account=photo.account, former_originals=1, actor=SYSTEM)
    teal = read(photo)
    replace(photo, RED)
    restored, _ = restore_original(image=photo, version=1, actor=SYSTEM)
    assert FormerOriginal.objects.get(image=photo).version == 2
    if is_former_again:
        replace(photo, BLUE)
    run_everything()
    back, _ = restore_original(image=photo, version=3, actor=SYSTEM)
    assert read(back) == read(restored) == teal


def test_an_account_may_keep_none(photo: Image, stored_files: Callable[[], list[Path]]) -> None:
    set_limits(account=photo.account, former_originals=0, actor=SYSTEM)
    replaced = replace(photo, RED)
    assert not FormerOriginal.objects.exists()
    run_everything()
    assert len(stored_files()) == 1
    assert read(replaced) == RED


def test_with_the_image_all_its_originals_go(
    photo: Image, orchard: Account, stored_files: Callable[[], list[Path]]
) -> None:
    replace(photo, RED)
    restore_original(image=photo, version=1, actor=SYSTEM)
    delete_image(image=photo, actor=SYSTEM)
    run_everything()
    run_all_jobs()
    assert stored_files() == []
    assert not FormerOriginal.objects.exists()
