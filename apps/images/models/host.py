"""A host: a name under which delivery is reached, and whose it is."""

from __future__ import annotations

from typing import Self

from django.db import models

from apps.accounts.models import Account


class DeliveryHostQuerySet(models.QuerySet["DeliveryHost"]):
    def in_account(self, account: Account) -> Self:
        return self.filter(account=account).order_by("name")


class DeliveryHost(models.Model):
    """`name` is as `apps.images.hosts` brings it: ASCII, lower case, no port."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="delivery_hosts")
    name = models.CharField(max_length=253, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DeliveryHostQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
