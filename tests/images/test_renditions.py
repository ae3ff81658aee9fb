"""Renditions: the file first, then the row, and only while the image is current."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from apps.accounts.actor import SYSTEM
from apps.images.decide import RenditionKey, StoredRendition
from apps.images.models import Image, Rendition
from apps.images.services import (
    delete_image,
    find_rendition,
    forget_rendition,
    set_access,
    store_rendition,
)
from apps.images.services.files import REMOVE_FILE
from apps.images.storage import renditions
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat
from apps.imaging.rendered import Rendered
from apps.outbox.models import Job
from apps.usage.models import DailyUsage

RENDERED = Rendered(data=b"\xff\xd8\xff made", format=OutputFormat.JPEG, width=10, height=20, frames=1)


def key_of(image: Image, version: int | None = None) -> RenditionKey:
    return RenditionKey(
        image_pk=image.pk,
        image_version=image.version if version is None else version,
        fingerprint="f" * 32,
        output=RENDERED.format,
        generation=Generation.QUICK,
    )


def store(image: Image, version: int | None = None) -> StoredRendition | None:
    return store_rendition(account_pk=image.account_id, key=key_of(image, version), rendered=RENDERED)


@pytest.mark.django_db
def test_it_works(photo: Image) -> None:
    assert find_rendition(key=key_of(photo)) is None
    stored = store(photo)
    assert stored is not None
    assert find_rendition(key=key_of(photo)) == stored
    with renditions().open(stored.storage_key) as file:
        assert file.read() == RENDERED.data
    assert stored.size_bytes == len(RENDERED.data)
    assert not Job.objects.filter(kind=REMOVE_FILE).exists()
    usage = DailyUsage.objects.get(account=photo.account)
    assert (usage.renders, usage.rendered_bytes) == (1, len(RENDERED.data))


@pytest.mark.django_db
def test_the_first_stays(photo: Image, stored_files: Callable[[], list[Path]]) -> None:
    first, second = store(photo), store(photo)
    assert first == second
    assert Rendition.objects.count() == 1
    assert len(stored_files()) == 2  # the original and one rendition


@pytest.mark.django_db
def test_nothing_is_stored_for_an_image_that_went(
    photo: Image, stored_files: Callable[[], list[Path]]
) -> None:
    version = photo.version
    changed, _ = set_access(image=photo, is_private=True, actor=SYSTEM)
    assert store(changed, version=version) is None
    delete_image(image=changed, actor=SYSTEM)
    assert store(changed) is None
    assert not Rendition.objects.exists()
    assert len(stored_files()) == 1


@pytest.mark.django_db
def test_a_forgotten_rendition_is_made_anew(photo: Image) -> None:
    stored = store(photo)
    assert stored is not None
    forget_rendition(storage_key=stored.storage_key)
    assert not Rendition.objects.exists()
    again = store(photo)
    assert again is not None
    assert again.storage_key != stored.storage_key


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_one(photo: Image, stored_files: Callable[[], list[Path]]) -> None:
    found: list[StoredRendition | None] = []

    def run() -> None:
        try:
            found.append(store(photo))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({stored.storage_key for stored in found if stored}) == 1
    assert Rendition.objects.count() == 1
    assert len(stored_files()) == 2
