"""Who may see an image: the id changes with it, and nothing old can be reached."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, AuditEvent
from apps.cdn.services import PURGE
from apps.images.errors import ImageNotFound, PrivateCustomId
from apps.images.models import Image
from apps.images.services import delete_image, set_access, upload_image
from apps.outbox.models import Job
from tests.images.conftest import jpeg

pytestmark = pytest.mark.django_db


def test_it_works(photo: Image) -> None:
    private, purge = set_access(image=photo, is_private=True, actor=SYSTEM)
    assert purge == "done"
    assert private.pk == photo.pk
    assert private.public_id == photo.public_id[:-2] + "01"
    assert private.version == photo.version + 1
    assert Job.objects.filter(kind=PURGE, account=photo.account).exists()
    assert AuditEvent.objects.filter(action="image.access_changed").exists()
    public, _ = set_access(image=private, is_private=False, actor=SYSTEM)
    assert (public.public_id, public.version) == (photo.public_id, photo.version + 2)


def test_no_change_is_no_change(photo: Image) -> None:
    same, purge = set_access(image=photo, is_private=False, actor=SYSTEM)
    assert (same.version, purge) == (photo.version, "done")


def test_a_custom_id_stays_public(orchard: Account, stores: Path) -> None:
    image = upload_image(account=orchard, file=io.BytesIO(jpeg()), image_id="pear", actor=SYSTEM)
    with pytest.raises(PrivateCustomId, match="custom ID"):
        set_access(image=image, is_private=True, actor=SYSTEM)


def test_a_deleted_image_has_no_access_to_change(photo: Image) -> None:
    delete_image(image=photo, actor=SYSTEM)
    with pytest.raises(ImageNotFound):
        set_access(image=photo, is_private=True, actor=SYSTEM)
