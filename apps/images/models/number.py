"""A number in an image's metadata, so that filters on order (`gt`, `lte` …) have an index.

No index of JSON knows an order. There is a row for each number that filters can name.
"""

from __future__ import annotations

from django.db import models

from apps.accounts.models import Account
from apps.images.models.image import Image


class MetadataNumber(models.Model):
    """`path` is the keys to it, with dots between. `value` is near it: a float has no more digits.

    So whoever searches takes the bound itself too, and compares again with what the metadata say.
    """

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="numbers")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    path = models.TextField()
    value = models.FloatField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "path", "value"], include=["image"], name="metadata_number")
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.value}"
