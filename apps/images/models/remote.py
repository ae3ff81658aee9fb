"""A remote source: a picture on somebody's server, of which we keep a copy while it is fresh."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models

from apps.accounts.models import Account
from apps.images.models.image import Image


class RemoteSourceQuerySet(models.QuerySet["RemoteSource"]):
    def in_account(self, account: Account) -> Self:
        return self.filter(image__account=account)

    def useless_since(self, at: datetime) -> Self:
        """Copies that nobody asked for in time, so that they could not be shown at a moment or after."""
        return self.filter(stale_until__lt=at)

    def stalest(self) -> Self:
        return self.order_by("fresh_until", "pk")


class RemoteSource(models.Model):
    """What a server said of the copy that is `image`: its words for the version, and how long it holds.

    Which URL it is of stands nowhere in clear, since URLs carry secrets: `image.public_id` has its digest,
    and every link the URL itself. `place` is for people.
    """

    image = models.OneToOneField(Image, on_delete=models.CASCADE, primary_key=True, related_name="remote")
    place = models.TextField()  # the URL without its query
    etag = models.CharField(max_length=210, blank=True)
    last_modified = models.CharField(max_length=40, blank=True)
    cache_control = models.CharField(max_length=200, blank=True)
    fresh_until = models.DateTimeField()
    stale_until = models.DateTimeField()  # until when it may be shown while its server is away
    fetched_at = models.DateTimeField(auto_now_add=True)

    objects = RemoteSourceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["stale_until"], name="remote_source_stale_until")]

    def __str__(self) -> str:
        return self.place
