"""Flights' claims: which process makes a rendition, told to all others by a row.

A claim is held for seconds and renewed while its process lives. All times are the database's, so hosts need
not agree on theirs. Each service is one statement of its own, and no part of another transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from apps.images.decide import RenditionKey
from apps.images.models import Flight

# A process that has been silent for so long is taken for dead; it renews four times in between.
CLAIM_SECONDS = 4.0
RENEW_SECONDS = 1.0
# How long a failure is told to those who ask for the same.
FAULT_SECONDS = 3.0

_CLAIM = """
INSERT INTO images_flight AS flight (digest, holder, ends_at)
VALUES (%(digest)s, %(holder)s, statement_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (digest) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at, fault = NULL
WHERE flight.ends_at <= statement_timestamp()
"""


def make_digest(key: RenditionKey) -> bytes:
    """Return what a key's claim goes by.

    Two releases may spell a key in different ways; beside each other, each would render once.
    """
    return hashlib.sha256(repr(key).encode()).digest()


def claim_flight(*, digest: bytes, holder: UUID) -> bool:
    """Say whether the holder may make it now; if not, somebody else does, or failed to a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"digest": digest, "holder": holder, "seconds": CLAIM_SECONDS})
        return int(cursor.rowcount) == 1


def renew_flights(*, digests: Iterable[bytes], holder: UUID) -> None:
    """Say that the holder is alive and still at it; a claim that somebody else has by now stays theirs."""
    held = Flight.objects.filter(digest__in=list(digests), holder=holder, fault__isnull=True)
    held.update(ends_at=Now() + timedelta(seconds=CLAIM_SECONDS))


def land_flight(*, digest: bytes, holder: UUID, fault: Mapping[str, Any] | None = None) -> None:
    """Give a claim up; with a fault, tell it for seconds to those who ask for the same."""
    held = Flight.objects.filter(digest=digest, holder=holder)
    if fault is None:
        held.delete()
    else:
        held.update(ends_at=Now() + timedelta(seconds=FAULT_SECONDS), fault=dict(fault))


def find_flights(*, digests: Iterable[bytes]) -> dict[bytes, Mapping[str, Any] | None]:
    """Return the faults of flights by digest, None of those still flying; what has landed is left out."""
    flying = Flight.objects.flying(digests).values_list("digest", "fault")
    return {bytes(digest): fault for digest, fault in flying}


def forget_flights() -> None:
    """Drop what dead processes and failures have left, once nobody can ask for it any more."""
    Flight.objects.filter(ends_at__lt=Now() - timedelta(minutes=1)).delete()
