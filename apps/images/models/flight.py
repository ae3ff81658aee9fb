"""A flight: a render under way in some process, on whichever host, that everybody else waits for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models.functions import Now


class FlightQuerySet(models.QuerySet["Flight"]):
    def flying(self, digests: Iterable[bytes]) -> Self:
        """Those of the keys that are being made, or failed a moment ago; by the database's clock."""
        return self.filter(digest__in=list(digests), ends_at__gt=Now())


class Flight(models.Model):
    """One process' claim to make what a key stands for, renewed while it flies: so the dead are passed over.

    `digest` is the SHA-256 of the key. A flight that failed stays for seconds, with the fault it met. The
    table is unlogged (see the migration): a database that crashed forgets all claims, and they are made anew.
    """

    digest = models.BinaryField(max_length=32, primary_key=True)
    holder = models.UUIDField()  # of a process
    ends_at = models.DateTimeField()
    fault = models.JSONField(null=True)

    objects = FlightQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{bytes(self.digest).hex()[:12]} by {self.holder}"
