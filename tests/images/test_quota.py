"""A place in the quota is reserved before the work, kept with the row, and comes back from the dead."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.actor import SYSTEM
from apps.accounts.errors import QuotaExceeded
from apps.accounts.models import Account
from apps.images.models import Image
from apps.images.services import original, upload_image
from apps.images.services.quota import RELEASE_QUOTA, consume_quota, release_quota, reserved_quota
from apps.imaging.errors import RendererBusy
from apps.outbox.models import Job, JobState
from apps.outbox.services import run_job
from tests.images.conftest import jpeg
from tests.together import run_together

pytestmark = pytest.mark.django_db


def used(account: Account) -> int:
    account.refresh_from_db()
    return account.images_used


def test_it_works(orchard: Account) -> None:
    with reserved_quota(orchard) as lease:
        assert used(orchard) == 1
        consume_quota(lease, orchard)
    assert used(orchard) == 1
    assert not Job.objects.filter(kind=RELEASE_QUOTA).exists()


def test_an_error_gives_the_place_back(orchard: Account) -> None:
    with pytest.raises(RuntimeError, match="pear"), reserved_quota(orchard):
        raise RuntimeError("pear")
    assert used(orchard) == 0
    assert not Job.objects.filter(kind=RELEASE_QUOTA).exists()


def test_without_quota_nothing_is_decoded(
    orchard: Account, stores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Account.objects.filter(pk=orchard.pk).update(images_limit=0)
    decoded: list[Any] = []
    monkeypatch.setattr(original, "inspect_original", lambda *args, **kwargs: decoded.append(args))
    with pytest.raises(QuotaExceeded):
        upload_image(account=orchard, file=io.BytesIO(jpeg()), actor=SYSTEM)
    assert decoded == []


def test_a_refused_picture_takes_no_place(
    orchard: Account, stores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Account.objects.filter(pk=orchard.pk).update(images_limit=1)

    def busy(*args: Any, **kwargs: Any) -> None:
        raise RendererBusy("busy")

    monkeypatch.setattr(original, "inspect_original", busy)
    with pytest.raises(RendererBusy):
        upload_image(account=orchard, file=io.BytesIO(jpeg()), actor=SYSTEM)
    monkeypatch.undo()
    upload_image(account=orchard, file=io.BytesIO(jpeg()), actor=SYSTEM)
    assert used(orchard) == 1


@pytest.mark.django_db(transaction=True)
def test_whoever_died_gives_the_place_back_later(orchard: Account) -> None:
    dying = reserved_quota(orchard)
    lease = dying.__enter__()
    assert run_job(lease.pk) == JobState.PENDING, "it may still be at work"
    Job.objects.update(next_at=timezone.now())
    assert (run_job(lease.pk), used(orchard)) == (JobState.DONE, 0)
    release_quota(lease)
    assert used(orchard) == 0, "given back once"


def test_a_lapsed_lease_is_worth_nothing(orchard: Account) -> None:
    Account.objects.filter(pk=orchard.pk).update(images_limit=1)
    with reserved_quota(orchard) as lease:
        release_quota(lease)
        consume_quota(lease, orchard)
        assert used(orchard) == 1
    with pytest.raises(QuotaExceeded), reserved_quota(orchard):
        pass
    with pytest.raises(QuotaExceeded):
        consume_quota(lease, orchard)
    assert used(orchard) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_as_many_as_there_are_places(orchard: Account, stores: Path) -> None:
    """Threat test F21, smaller."""
    Account.objects.filter(pk=orchard.pk).update(images_limit=5)
    account = Account.objects.get(pk=orchard.pk)
    outcomes = run_together(
        *[lambda: upload_image(account=account, file=io.BytesIO(jpeg()), actor=SYSTEM) for _ in range(20)]
    )
    assert sum(isinstance(outcome, Image) for outcome in outcomes) == 5, outcomes
    assert sum(isinstance(outcome, QuotaExceeded) for outcome in outcomes) == 15
    assert (used(orchard), Image.objects.count()) == (5, 5)
