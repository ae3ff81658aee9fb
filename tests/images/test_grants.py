"""A grant is good for one upload, of many at once exactly one, and ends by itself."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.actor import SYSTEM
from apps.accounts.errors import QuotaExceeded
from apps.accounts.models import Account, AuditEvent
from apps.images.errors import (
    BadGrantExpiry,
    BadImageId,
    BadMetadata,
    GrantInUse,
    GrantNotFound,
    GrantSpent,
    ImageExists,
    PrivateCustomId,
)
from apps.images.models import Image, UploadGrant
from apps.images.services import (
    delete_image,
    edit_image,
    find_grant,
    grant_upload,
    lease_grant,
    receive_upload,
    upload_image,
)
from apps.images.services import grants as grants_module
from apps.images.services.grants import EXPIRE_GRANT, MAX_TRIES
from apps.images.services.quota import LEASE_SECONDS, RELEASE_QUOTA
from apps.imaging.errors import NotAnImage
from apps.outbox.models import Job, JobState
from apps.outbox.services import run_job
from apps.variants.services import set_delivery_policy
from tests.images.conftest import jpeg
from tests.together import run_together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]


def grant(account: Account, **terms: Any) -> tuple[Image, str]:
    return grant_upload(account=account, actor=SYSTEM, **terms)


def receive(account: Account, secret: str, data: bytes | None = None) -> Image:
    return send(find_grant(account_hash=account.hash, secret=secret), jpeg() if data is None else data)


def send(found: UploadGrant, data: bytes) -> Image:
    with lease_grant(grant=found, receive_seconds=60) as lease:
        return receive_upload(lease=lease, file=io.BytesIO(data), filename="pear.jpg", actor=SYSTEM)


def quota(account: Account) -> int:
    account.refresh_from_db()
    return account.images_used


def test_it_works(orchard: Account) -> None:
    draft, secret = grant(orchard, metadata={"kind": "pear"}, is_private=True, creator="olive")
    assert (draft.is_draft, draft.public_id[-2:], quota(orchard)) == (True, "01", 0)
    assert not Image.objects.live().exists()
    image = receive(orchard, secret)
    image.refresh_from_db()
    assert (image.pk, image.public_id, image.is_draft) == (draft.pk, draft.public_id, False)
    assert (image.metadata, image.is_private, image.creator) == ({"kind": "pear"}, True, "olive")
    assert (image.filename, image.width, image.format) == ("pear.jpg", 120, "jpeg")
    assert Image.objects.live().get() == image
    assert quota(orchard) == 1
    assert not UploadGrant.objects.exists()
    with pytest.raises(GrantNotFound):
        receive(orchard, secret)
    assert AuditEvent.objects.filter(action="upload.granted", object_id=image.public_id).exists()


def test_the_secret_is_in_no_row(orchard: Account) -> None:
    _, secret = grant(orchard)
    rows = [*UploadGrant.objects.values(), *Image.objects.values(), *Job.objects.values()]
    rows += AuditEvent.objects.values()
    assert len(secret) == 43
    assert secret not in str(rows)


def test_a_custom_id(orchard: Account) -> None:
    grant(orchard, image_id="fruit/pear")
    with pytest.raises(ImageExists):
        grant(orchard, image_id="fruit/pear")
    with pytest.raises(ImageExists):
        upload_image(account=orchard, file=io.BytesIO(jpeg()), image_id="fruit/pear", actor=SYSTEM)
    with pytest.raises(PrivateCustomId):
        grant(orchard, image_id="plum", is_private=True)
    set_delivery_policy(account=orchard, has_private_custom_ids=True, actor=SYSTEM)
    assert grant(orchard, image_id="plum", is_private=True)[0].is_private


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [({"image_id": "/a"}, BadImageId), ({"metadata": {"a": "x" * 1024}}, BadMetadata)],
)
def test_bad_terms(orchard: Account, terms: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        grant(orchard, **terms)
    assert not Image.objects.exists()


@pytest.mark.parametrize("seconds", [-60, 0, 100, 21_700, 10**9])
def test_a_time_that_cannot_be(orchard: Account, seconds: int) -> None:
    with pytest.raises(BadGrantExpiry, match="2 minutes to 6 hours"):
        grant(orchard, expires_at=timezone.now() + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [120, 3600, 21_600])
def test_a_time_that_can_be(orchard: Account, seconds: int) -> None:
    expires_at = timezone.now() + timedelta(seconds=seconds)
    draft, _ = grant(orchard, expires_at=expires_at)
    assert draft.grant.expires_at == expires_at


def test_half_an_hour_goes_without_saying(orchard: Account) -> None:
    draft, _ = grant(orchard)
    assert 1795 < (draft.grant.expires_at - timezone.now()).total_seconds() <= 1800


def test_only_its_own_address_opens_it(orchard: Account, elsewhere: Account) -> None:
    _, secret = grant(orchard)
    for account, tried in ((elsewhere, secret), (orchard, secret + "x"), (orchard, "")):
        with pytest.raises(GrantNotFound):
            find_grant(account_hash=account.hash, secret=tried)


def test_who_sends_no_picture_may_try_again(orchard: Account) -> None:
    _, secret = grant(orchard)
    with pytest.raises(NotAnImage):
        receive(orchard, secret, b"<html>")
    assert quota(orchard) == 0
    assert not Job.objects.filter(kind=RELEASE_QUOTA).exists()
    assert not receive(orchard, secret).is_draft


def test_while_one_uploads_others_are_refused_undecoded(orchard: Account) -> None:
    _, secret = grant(orchard)
    UploadGrant.objects.update(leased_until=timezone.now() + timedelta(seconds=LEASE_SECONDS))
    with pytest.raises(GrantInUse):
        receive(orchard, secret, b"no picture")
    assert quota(orchard) == 0
    UploadGrant.objects.update(leased_until=timezone.now())
    assert not receive(orchard, secret).is_draft, "whose upload has died may be followed"


def test_tries_are_counted(orchard: Account) -> None:
    _, secret = grant(orchard)
    found = find_grant(account_hash=orchard.hash, secret=secret)
    for _ in range(MAX_TRIES):
        with pytest.raises(NotAnImage):
            receive(orchard, secret, b"<html>")
        found.refresh_from_db()
        assert found.leased_until is None
    with pytest.raises(GrantSpent, match="spent: 10 uploads to it failed"):
        receive(orchard, secret)
    assert not Image.objects.live().exists()


def test_the_last_try_may_succeed(orchard: Account) -> None:
    _, secret = grant(orchard)
    UploadGrant.objects.update(tries=MAX_TRIES - 1)
    found = find_grant(account_hash=orchard.hash, secret=secret)
    with lease_grant(grant=found, receive_seconds=60) as lease:
        with pytest.raises(GrantInUse):
            receive(orchard, secret)
        file = io.BytesIO(jpeg())
        assert not receive_upload(lease=lease, file=file, filename="pear.jpg", actor=SYSTEM).is_draft


def test_a_lease_lasts_for_receiving_and_decoding(orchard: Account) -> None:
    _, secret = grant(orchard)
    found = find_grant(account_hash=orchard.hash, secret=secret)
    with lease_grant(grant=found, receive_seconds=1000) as lease:
        left = (lease.until - timezone.now()).total_seconds()
        assert 1000 + LEASE_SECONDS - 30 < left <= 1000 + LEASE_SECONDS


def test_no_quota_left(orchard: Account) -> None:
    _, secret = grant(orchard)
    Account.objects.filter(pk=orchard.pk).update(images_limit=0)
    with pytest.raises(QuotaExceeded):
        receive(orchard, secret, b"never decoded")
    Account.objects.filter(pk=orchard.pk).update(images_limit=1)
    receive(orchard, secret)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_at_once_one_succeeds(orchard: Account, stored_files: Callable[[], list[Path]]) -> None:
    """Threat test F20."""
    _, secret = grant(orchard)
    found = find_grant(account_hash=orchard.hash, secret=secret)
    pictures = [jpeg(40 + number, 30) for number in range(50)]

    def send_own(picture: bytes) -> Image:
        return send(UploadGrant.objects.select_related("image__account").get(pk=found.pk), picture)

    outcomes = run_together(*[lambda picture=picture: send_own(picture) for picture in pictures])
    assert sum(isinstance(outcome, Image) for outcome in outcomes) == 1, outcomes
    expected = (Image, GrantInUse, GrantNotFound, UploadGrant.DoesNotExist)
    assert all(isinstance(outcome, expected) for outcome in outcomes), outcomes
    assert (quota(orchard), len(stored_files()), Image.objects.live().count()) == (1, 1, 1)


def test_an_upload_that_outlived_its_lease_may_have_lost_it(
    orchard: Account, stored_files: Callable[[], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = grant(orchard)
    late = find_grant(account_hash=orchard.hash, secret=secret)

    def another_is_faster(*args: Any) -> Any:
        monkeypatch.undo()
        UploadGrant.objects.update(leased_until=timezone.now())
        receive(orchard, secret, jpeg(30, 20))
        return grants_module.examine(*args)

    monkeypatch.setattr(grants_module, "examine", another_is_faster)
    with pytest.raises(GrantNotFound):
        send(late, jpeg())
    assert Image.objects.get().width == 30
    assert (quota(orchard), len(stored_files())) == (1, 1)


def test_an_upload_whose_lease_another_has_does_not_take_the_grant(
    orchard: Account, stored_files: Callable[[], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = grant(orchard)
    late = find_grant(account_hash=orchard.hash, secret=secret)

    def another_begins(*args: Any) -> Any:
        monkeypatch.undo()
        UploadGrant.objects.update(leased_until=timezone.now() + timedelta(seconds=2 * LEASE_SECONDS))
        return grants_module.examine(*args)

    monkeypatch.setattr(grants_module, "examine", another_begins)
    with pytest.raises(GrantNotFound):
        send(late, jpeg())
    assert UploadGrant.objects.get().leased_until is not None, "it is the other's"
    assert (quota(orchard), stored_files()) == (0, [])


def test_what_an_owner_changes_meanwhile_stands(orchard: Account) -> None:
    draft, secret = grant(orchard, creator="olive")
    found = find_grant(account_hash=orchard.hash, secret=secret)
    edited, _ = edit_image(image=draft, creator="max", is_private=True, actor=SYSTEM)
    image = send(found, jpeg())
    assert (image.creator, image.is_private, image.public_id) == ("max", True, edited.public_id)


def test_deleting_a_draft_ends_its_grant(orchard: Account) -> None:
    draft, secret = grant(orchard)
    found = find_grant(account_hash=orchard.hash, secret=secret)
    delete_image(image=draft, actor=SYSTEM)
    assert not Image.objects.exists()
    with pytest.raises(GrantNotFound):
        find_grant(account_hash=orchard.hash, secret=secret)
    with pytest.raises(GrantNotFound):
        send(found, jpeg())
    assert quota(orchard) == 0


def let_it_expire() -> Job:
    """Return the job of the only grant, due like the grant."""
    UploadGrant.objects.update(expires_at=timezone.now())
    Job.objects.filter(kind=EXPIRE_GRANT).update(next_at=timezone.now())
    return Job.objects.get(kind=EXPIRE_GRANT)


@pytest.mark.django_db(transaction=True)
def test_an_expired_grant_is_swept_with_its_draft(orchard: Account) -> None:
    _, secret = grant(orchard, image_id="pear")
    assert run_job(Job.objects.get(kind=EXPIRE_GRANT).pk) == JobState.PENDING, "not yet due"
    job = let_it_expire()
    with pytest.raises(GrantNotFound):
        find_grant(account_hash=orchard.hash, secret=secret)
    assert run_job(job.pk) == JobState.DONE
    assert not Image.objects.exists()
    grant(orchard, image_id="pear")


@pytest.mark.django_db(transaction=True)
def test_an_upload_under_way_is_not_swept(orchard: Account) -> None:
    grant(orchard)
    job = let_it_expire()
    UploadGrant.objects.update(leased_until=timezone.now() + timedelta(seconds=LEASE_SECONDS))
    assert run_job(job.pk) == JobState.PENDING
    assert Image.objects.exists()
    UploadGrant.objects.update(leased_until=timezone.now())
    Job.objects.update(next_at=timezone.now())
    assert run_job(job.pk) == JobState.DONE
    assert not Image.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_used_grant_s_sweep_leaves_the_image(orchard: Account) -> None:
    _, secret = grant(orchard)
    receive(orchard, secret)
    Job.objects.filter(kind=EXPIRE_GRANT).update(next_at=timezone.now())
    assert run_job(Job.objects.get(kind=EXPIRE_GRANT).pk) == JobState.DONE
    assert Image.objects.live().exists()
