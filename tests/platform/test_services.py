"""The servers of the test run: real, its own, and each parallel worker's apart."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection

from images_platform.env import celery_broker
from tests.services import shift_database


@pytest.mark.django_db
def test_it_works() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone()[0].startswith("test_")
    cache.set("fruit", "plum")
    assert cache.get("fruit") == "plum"


@pytest.mark.parametrize(
    ("url", "by", "shifted"),
    [
        ("unix://:pw@/run/v.sock?db=0", 2, "unix://:pw@/run/v.sock?db=2"),
        ("unix:///run/v.sock", 4, "unix:///run/v.sock?db=4"),
        ("redis://:pw@host:6379/1", 2, "redis://:pw@host:6379/3"),
        ("redis://host", 2, "redis://host/2"),
    ],
)
def test_each_worker_has_databases_of_its_own(url: str, by: int, shifted: str) -> None:
    assert shift_database(url, by=by) == shifted
    assert celery_broker(url) not in {shifted, celery_broker(shifted)}
