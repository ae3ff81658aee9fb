"""Flights' claims as rows: one holder at a time, by the database's clock, and nothing left behind."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now

from apps.images.decide import RenditionKey
from apps.images.models import Flight
from apps.images.overlays import ImageVersion
from apps.images.services.flights import (
    claim_flight,
    find_flights,
    forget_flights,
    land_flight,
    make_digest,
    renew_flights,
)
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat

pytestmark = pytest.mark.django_db

MINE, THEIRS = uuid4(), uuid4()
DIGEST, OTHER = b"1" * 32, b"2" * 32


def lapse(seconds: float = 0) -> None:
    """Let every claim have ended so long ago."""
    Flight.objects.update(ends_at=Now() - timedelta(seconds=seconds))


def test_it_works() -> None:
    assert claim_flight(digest=DIGEST, holder=MINE)
    assert not claim_flight(digest=DIGEST, holder=THEIRS)
    assert not claim_flight(digest=DIGEST, holder=MINE)  # nor twice by one
    assert claim_flight(digest=OTHER, holder=THEIRS)
    assert find_flights(digests=[DIGEST, OTHER, b"3" * 32]) == {DIGEST: None, OTHER: None}
    land_flight(digest=DIGEST, holder=MINE)
    assert find_flights(digests=[DIGEST]) == {}
    assert claim_flight(digest=DIGEST, holder=THEIRS)


def test_only_the_holder_renews_and_lands() -> None:
    claim_flight(digest=DIGEST, holder=MINE)
    lapse()
    renew_flights(digests=[DIGEST], holder=THEIRS)
    assert find_flights(digests=[DIGEST]) == {}
    renew_flights(digests=[DIGEST], holder=MINE)
    assert find_flights(digests=[DIGEST]) == {DIGEST: None}
    land_flight(digest=DIGEST, holder=THEIRS)
    assert find_flights(digests=[DIGEST]) == {DIGEST: None}


def test_a_lapsed_claim_is_taken_over() -> None:
    claim_flight(digest=DIGEST, holder=MINE)
    lapse()
    assert claim_flight(digest=DIGEST, holder=THEIRS)
    land_flight(digest=DIGEST, holder=MINE)  # who was thought dead comes back
    assert not claim_flight(digest=DIGEST, holder=MINE)


def test_a_fault_stands_for_a_while() -> None:
    claim_flight(digest=DIGEST, holder=MINE)
    land_flight(digest=DIGEST, holder=MINE, fault={"fault": "crashed"})
    assert find_flights(digests=[DIGEST]) == {DIGEST: {"fault": "crashed"}}
    assert not claim_flight(digest=DIGEST, holder=THEIRS)
    renew_flights(digests=[DIGEST], holder=MINE)
    lapse()
    assert claim_flight(digest=DIGEST, holder=THEIRS)
    assert find_flights(digests=[DIGEST]) == {DIGEST: None}  # and the fault is forgotten


def test_a_fault_is_not_renewed() -> None:
    claim_flight(digest=DIGEST, holder=MINE)
    land_flight(digest=DIGEST, holder=MINE, fault={"fault": "crashed"})
    lapse()
    renew_flights(digests=[DIGEST], holder=MINE)
    assert find_flights(digests=[DIGEST]) == {}


def test_the_dead_are_forgotten() -> None:
    claim_flight(digest=DIGEST, holder=MINE)
    lapse(seconds=61)
    claim_flight(digest=OTHER, holder=MINE)
    forget_flights()
    assert [bytes(flight.digest) for flight in Flight.objects.all()] == [OTHER]


def test_different_keys_have_different_digests() -> None:
    key = RenditionKey(1, 1, "f", OutputFormat.WEBP, Generation.QUICK)
    others = [
        RenditionKey(2, 1, "f", OutputFormat.WEBP, Generation.QUICK),
        RenditionKey(1, 2, "f", OutputFormat.WEBP, Generation.QUICK),
        RenditionKey(1, 1, "g", OutputFormat.WEBP, Generation.QUICK),
        RenditionKey(1, 1, "f", OutputFormat.AVIF, Generation.QUICK),
        RenditionKey(1, 1, "f", OutputFormat.WEBP, Generation.SMALL),
        RenditionKey(1, 1, "f", OutputFormat.WEBP, Generation.QUICK, (ImageVersion(3, 1),)),
    ]
    assert len({make_digest(each) for each in (key, *others)}) == 1 + len(others)
    assert make_digest(key) == make_digest(RenditionKey(1, 1, "f", OutputFormat.WEBP, Generation.QUICK))


def test_claims_are_not_logged() -> None:
    """Nobody waits for a disk to claim what no crash has to outlive."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'images_flight'")
        assert cursor.fetchone()[0] == "u"
