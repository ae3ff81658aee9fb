"""Uses: no hit writes anything; what was asked for is written once a minute, and when the plane stops."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from apps.delivery.asgi import DeliveryApplication
from apps.delivery.ports import open_ports
from apps.delivery.uses import Uses
from apps.images.models import Image, Rendition
from apps.images.services.budget import USE_SECONDS
from apps.variants.models import Variant
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import link

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = timedelta(days=30)


def forget() -> None:
    Rendition.objects.update(used_at=timezone.now() - LONG_AGO)


def is_fresh() -> bool:
    return timezone.now() - Rendition.objects.get().used_at < timedelta(minutes=1)


def test_it_works(photo: Image, thumbnail: Variant) -> None:
    with DeliveryClient(DeliveryApplication(open_ports)) as client:
        client.get(link(photo))
        forget()
        assert client.get(link(photo)).status == 200
        assert not is_fresh(), "no hit writes"
    assert is_fresh()


def test_a_304_is_a_use_too(photo: Image, thumbnail: Variant) -> None:
    with DeliveryClient(DeliveryApplication(open_ports)) as client:
        etag = client.get(link(photo)).headers["etag"]
        forget()
        assert client.get(link(photo), if_none_match=etag).status == 304
    assert is_fresh()


def test_a_rendition_is_written_once_an_hour(photo: Image, thumbnail: Variant) -> None:
    now = [0.0]
    uses = Uses(clock=lambda: now[0])
    with DeliveryClient(DeliveryApplication(open_ports)) as client:
        client.get(link(photo))
    key = Rendition.objects.get().storage_key
    for seconds, is_written in ((0, True), (USE_SECONDS - 1, False), (USE_SECONDS, True)):
        forget()
        now[0] = seconds
        uses.note(key)
        uses.flush()
        uses.note(key)
        uses.flush()
        assert is_fresh() is is_written


def test_what_the_database_does_not_take_is_kept(photo: Image, thumbnail: Variant) -> None:
    uses = Uses()
    with DeliveryClient(DeliveryApplication(open_ports)) as client:
        client.get(link(photo))
    forget()
    uses.note(Rendition.objects.get().storage_key)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE images_rendition RENAME COLUMN used_at TO elsewhere")
        try:
            with pytest.raises(DatabaseError):
                uses.flush()
        finally:
            cursor.execute("ALTER TABLE images_rendition RENAME COLUMN elsewhere TO used_at")
    uses.flush()
    assert is_fresh()
