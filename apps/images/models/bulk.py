"""A bulk change: one action for many images, how far it has come, and what it could not change."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models

from apps.accounts.models import Account, ApiToken
from apps.images.conditions import Condition
from apps.images.models.image import Image, ImageQuerySet


class BulkAction(models.TextChoices):
    DELETE = "delete"
    SET_ACCESS = "set_access"
    ADD_TAGS = "add_tags"
    REMOVE_TAGS = "remove_tags"


class BulkChangeQuerySet(models.QuerySet["BulkChange"]):
    def in_account(self, account: Account) -> Self:
        return self.filter(account=account)

    def unfinished(self) -> Self:
        return self.filter(finished_at=None)


class BulkChange(models.Model):
    """`selection` is {"pks": […]}, or any of creator, tag, q and conditions on metadata; images that come
    later are in neither.

    `cursor` is the last image looked at, in the order of primary keys: a worker that dies goes on there.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="bulk_changes")
    action = models.CharField(max_length=11, choices=BulkAction.choices)
    is_private = models.BooleanField(null=True)  # of set_access
    tags = models.JSONField(default=list)
    selection = models.JSONField()
    last_pk = models.BigIntegerField()
    cursor = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField()
    changed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    refusals = models.JSONField(default=list)  # the first of them: {"id", "reason"}
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    token = models.ForeignKey(ApiToken, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = BulkChangeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"

    def remaining(self) -> ImageQuerySet:
        """Return the images behind the cursor, in its order."""
        images = select_images(self.account, self.selection)
        return images.filter(pk__gt=self.cursor, pk__lte=self.last_pk).order_by("pk")


def select_images(account: Account, selection: dict[str, Any]) -> ImageQuerySet:
    """Return the images a selection means."""
    images = Image.objects.in_account(account).live()
    if "pks" in selection:
        images = images.filter(pk__in=selection["pks"])
    if "creator" in selection:
        images = images.of_creator(selection["creator"])
    if "tag" in selection:
        images = images.tagged(selection["tag"])
    images = images.meeting(Condition.from_json(kept) for kept in selection.get("conditions", ()))
    return images.saying(selection["q"]) if "q" in selection else images
