"""The rendition budget: who is not asked for goes first, originals and mezzanines never."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.accounts.services import set_limits
from apps.images.models import Image, Rendition
from apps.images.services import budget, upload_image
from apps.images.services.budget import EVICT, note_uses, plan_evictions
from apps.images.services.files import REMOVE_FILE
from apps.images.storage import renditions
from apps.imaging.mezzanine import FINGERPRINT
from apps.outbox.models import Job, JobState
from apps.outbox.services import run_due_jobs
from tests.images.conftest import jpeg

pytestmark = pytest.mark.django_db


def make(image: Image, number: int, *, days: int = 0, fingerprint: str = "", size: int = 100) -> Rendition:
    """Return a rendition nobody has asked for in so many days."""
    return Rendition.objects.create(
        image=image,
        image_version=image.version,
        fingerprint=fingerprint or f"{number:032}",
        format="jpeg",
        generation="quick",
        storage_key=renditions().save(f"{image.pk}/{number}", io.BytesIO(b"x" * size)),  # type: ignore[arg-type]
        digest="0" * 64,
        size_bytes=size,
        width=1,
        height=1,
        used_at=timezone.now() - timedelta(days=days),
    )


def limit(account: Account, size_bytes: int) -> None:
    set_limits(account=account, rendition_bytes=size_bytes, actor=SYSTEM)


def weigh() -> list[int]:
    """Run what the beat would, until there is nothing to do; returns the numbers of those that are left."""
    plan_evictions()
    while run_due_jobs():
        pass
    return sorted(int(key.split("/")[1]) for key in Rendition.objects.values_list("storage_key", flat=True))


def test_it_works(photo: Image) -> None:
    for number in range(10):
        make(photo, number, days=number)
    limit(photo.account, 1000)
    assert weigh() == list(range(10)), "it may take all it has"
    limit(photo.account, 999)
    assert weigh() == list(range(8)), "down to nine tenths"
    (least, other) = Job.objects.filter(kind=REMOVE_FILE).order_by("key")
    assert (least.payload["key"], other.payload["key"]) == (f"{photo.pk}/8", f"{photo.pk}/9")
    assert least.next_at > timezone.now() + timedelta(minutes=9)
    assert renditions().exists(f"{photo.pk}/9"), "who is being sent it gets all of it"


def test_mezzanines_and_originals_stay(photo: Image) -> None:
    make(photo, 0, days=9, fingerprint=FINGERPRINT)
    make(photo, 1, days=1)
    limit(photo.account, 0)
    assert weigh() == [0]
    photo.refresh_from_db()
    assert photo.storage_key
    assert not Job.objects.filter(kind=REMOVE_FILE, payload__store="originals").exists()


def test_one_account_s_budget_is_no_other_s(photo: Image, elsewhere: Account) -> None:
    theirs = upload_image(account=elsewhere, file=io.BytesIO(jpeg()), actor=SYSTEM)
    make(photo, 1)
    make(theirs, 2, days=100)
    limit(photo.account, 0)
    assert weigh() == [2]


def test_many_go_slice_by_slice(photo: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "SLICE", 3)
    for number in range(10):
        make(photo, number, days=number)
    limit(photo.account, 100)
    assert weigh() == []
    assert Job.objects.filter(kind=EVICT, state=JobState.DONE).count() == 4


def test_a_use_is_written_once_an_hour(photo: Image) -> None:
    old, fresh = make(photo, 1, days=5), make(photo, 2)
    note_uses(storage_keys=[old.storage_key, fresh.storage_key, "gone"])
    was = fresh.used_at
    for rendition in (old, fresh):
        rendition.refresh_from_db()
    assert timezone.now() - old.used_at < timedelta(minutes=1)
    assert fresh.used_at == was


def test_what_was_used_stays(photo: Image) -> None:
    first, _ = make(photo, 1, days=9), make(photo, 2, days=5)
    note_uses(storage_keys=[first.storage_key])
    limit(photo.account, 150)
    assert weigh() == [1]


def test_drop_renditions(photo: Image, elsewhere: Account) -> None:
    theirs = upload_image(account=elsewhere, file=io.BytesIO(jpeg()), actor=SYSTEM)
    for number in range(3):
        make(photo, number, fingerprint=FINGERPRINT if number == 0 else "")
    make(theirs, 3)
    out = io.StringIO()
    call_command("drop_renditions", photo.account.public_id, stdout=out)
    assert "3 renditions dropped" in out.getvalue()
    assert [rendition.image_id for rendition in Rendition.objects.all()] == [theirs.pk]
    call_command("drop_renditions", stdout=out)
    assert not Rendition.objects.exists()
    assert Job.objects.filter(kind=REMOVE_FILE, state=JobState.PENDING).count() == 4
    with pytest.raises(CommandError, match="No account"):
        call_command("drop_renditions", "0" * 32)


def test_files_go_in_the_end(photo: Image, stores: Path) -> None:
    make(photo, 1)
    call_command("drop_renditions", stdout=io.StringIO())
    Job.objects.filter(kind=REMOVE_FILE).update(next_at=timezone.now())
    run_due_jobs()
    assert not [path for path in (stores / "renditions").rglob("*") if path.is_file()]
