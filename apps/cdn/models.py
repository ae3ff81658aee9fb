"""A node of the edge: up to when it may answer from what it keeps, and since when what it keeps is true."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone


class EdgeNodeQuerySet(models.QuerySet["EdgeNode"]):
    def leased(self) -> Self:
        """Those that may answer from what they keep, and so must hear of a purge before it is done."""
        return self.filter(leased_until__gt=timezone.now())

    def lapsed(self) -> Self:
        return self.filter(leased_until__lte=timezone.now())


class EdgeNode(models.Model):
    """`epoch` only grows; a node that is told of a greater one forgets everything it kept before."""

    address = models.CharField(max_length=200, unique=True)
    epoch = models.BigIntegerField()
    leased_until = models.DateTimeField()

    objects = EdgeNodeQuerySet.as_manager()

    def __str__(self) -> str:
        return self.address
