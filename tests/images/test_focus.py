"""Focal points: kept with the image as it is, added to what was known, and never in anybody's way."""

from __future__ import annotations

import logging
import threading

import pytest
from django.db import connection, transaction

from apps.accounts.actor import SYSTEM
from apps.images.decide import RenditionKey
from apps.images.models import Image
from apps.images.services import delete_image, store_rendition
from apps.images.services.focus import keep_focal_points
from apps.images.sources import read_focal_points
from apps.imaging.geometry.focus import UNKNOWN, Area, FocalPoints
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat
from apps.imaging.rendered import Rendered

EYE, FACES = FocalPoints(Area(4800, 3300)), FocalPoints(faces=(Area(1, 2, 30, 40),))


def keep(image: Image, found: FocalPoints = EYE, *, version: int | None = None) -> FocalPoints:
    """Keep what was found, and return what is known then."""
    keep_focal_points(image_pk=image.pk, image_version=version or image.version, found=found)
    return read_focal_points(Image.objects.values_list("focal_points", flat=True).get(pk=image.pk))


@pytest.mark.django_db
def test_it_works(photo: Image) -> None:
    assert read_focal_points(photo.focal_points) == UNKNOWN
    assert keep(photo) == EYE
    assert keep(photo, FACES) == EYE.join(FACES)
    photo.refresh_from_db()
    assert photo.version == 1


@pytest.mark.django_db
def test_what_a_render_found_is_kept_with_its_rendition(photo: Image) -> None:
    key = RenditionKey(photo.pk, photo.version, "f" * 32, OutputFormat.JPEG, Generation.QUICK)
    rendered = Rendered(b"\xff\xd8\xff made", OutputFormat.JPEG, width=1, height=1, found=EYE)
    assert store_rendition(account_pk=photo.account_id, key=key, rendered=rendered)
    photo.refresh_from_db()
    assert read_focal_points(photo.focal_points) == EYE


@pytest.mark.django_db
def test_an_image_that_changed_keeps_nothing_of_before(photo: Image) -> None:
    assert keep(photo, version=photo.version + 1) == UNKNOWN
    delete_image(image=photo, actor=SYSTEM)
    assert keep(photo) == UNKNOWN


@pytest.mark.django_db
def test_another_release_s_words_are_unknown(photo: Image) -> None:
    Image.objects.filter(pk=photo.pk).update(focal_points="point(0.5, 0.5)")
    assert read_focal_points("point(0.5, 0.5)") == UNKNOWN
    assert keep(photo) == EYE


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_row_that_is_held(photo: Image, caplog: pytest.LogCaptureFixture) -> None:
    known: list[FocalPoints] = []

    def keep_meanwhile() -> None:
        try:
            known.append(keep(photo))
        finally:
            connection.close()

    with transaction.atomic():
        Image.objects.select_for_update().get(pk=photo.pk)
        thread = threading.Thread(target=keep_meanwhile)
        thread.start()
        thread.join(timeout=30)
    assert known == [UNKNOWN]
    assert caplog.text == ""  # nor did a lock's patience end


@pytest.mark.django_db
def test_a_failure_is_logged_and_harmless(photo: Image, caplog: pytest.LogCaptureFixture) -> None:
    with connection.cursor() as cursor, caplog.at_level(logging.WARNING):
        cursor.execute("ALTER TABLE images_image RENAME COLUMN focal_points TO elsewhere")
        keep_focal_points(image_pk=photo.pk, image_version=photo.version, found=EYE)
        cursor.execute("ALTER TABLE images_image RENAME COLUMN elsewhere TO focal_points")
    assert "focal points" in caplog.text
    assert keep(photo) == EYE
