"""An image: one original as sent, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.contrib.postgres.indexes import GinIndex, HashIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import MD5, Coalesce, Upper
from django.utils import timezone

from apps.accounts.models import Account
from apps.images.conditions import Condition
from apps.images.models.original import OriginalFacts
from apps.images.search import SEARCH_TEXT

# What lists show: that of which an index must know all, to be read instead of the table.
_LISTED = Q(deleted_at=None, is_draft=False, is_remote=False)
CREATOR_DIGEST = Coalesce(MD5("creator"), Value(""))


class ImageQuerySet(models.QuerySet["Image"]):
    def in_account(self, account: Account) -> Self:
        return self.filter(account=account)

    def live(self) -> Self:
        """Images that can be seen: uploaded and not deleted."""
        return self.filter(deleted_at=None, is_draft=False)

    def present(self) -> Self:
        """Images that are not deleted, drafts among them."""
        return self.filter(deleted_at=None)

    def newest(self) -> Self:
        return self.order_by("-uploaded_at", "-id")

    def oldest(self) -> Self:
        return self.order_by("uploaded_at", "id")

    def of_creator(self, creator: str | None) -> Self:
        """Images a creator sent; None for those that name no creator.

        By digest too, as the index has it: some creators are longer than its entries may be, and with IS NULL
        alone Postgres would sort what is in order.
        """
        digest = Value("") if creator is None else MD5(Value(creator))
        return self.alias(creator_digest=CREATOR_DIGEST).filter(creator_digest=digest, creator=creator)

    def tagged(self, tag: str) -> Self:
        return self.filter(tags__contains=[tag])

    def older_than(self, uploaded_at: datetime, pk: int, *, is_included: bool = False) -> Self:
        """Images that follow a place in the newest-first order; the first bound lets the index start."""
        beyond = {"pk__gt" if is_included else "pk__gte": pk}
        return self.filter(uploaded_at__lte=uploaded_at).exclude(uploaded_at=uploaded_at, **beyond)

    def newer_than(self, uploaded_at: datetime, pk: int, *, is_included: bool = False) -> Self:
        """Images that follow a place in the oldest-first order."""
        beyond = {"pk__lt" if is_included else "pk__lte": pk}
        return self.filter(uploaded_at__gte=uploaded_at).exclude(uploaded_at=uploaded_at, **beyond)

    def meeting(self, conditions: Iterable[Condition]) -> Self:
        """Images whose metadata meet all conditions."""
        return self.filter(*(condition.as_query() for condition in conditions))

    def saying(self, text: str) -> Self:
        """Images that have a text in their id, filename, creator, alt text, tags or metadata."""
        return self.alias(search_text=SEARCH_TEXT).filter(search_text__contains=Upper(Value(text)))

    def matching(self, text: str) -> Self:
        """Images whose id or filename contains the text, whatever its case."""
        return self.filter(Q(public_id__icontains=text) | Q(filename__icontains=text))

    def deleted(self) -> Self:
        return self.exclude(deleted_at=None)

    def trashed(self) -> Self:
        """Deleted images that can be restored still."""
        return self.filter(trashed_until__gt=timezone.now())

    def deleted_last(self) -> Self:
        return self.order_by("-deleted_at", "-id")


_ImageManager = models.Manager.from_queryset(ImageQuerySet)


class UploadedImages(_ImageManager["Image"]):
    """Images somebody sent: what lists, counts, searches and ids are about."""

    def get_queryset(self) -> ImageQuerySet:
        return ImageQuerySet(self.model, using=self._db).filter(is_remote=False)


class Image(OriginalFacts):
    """`public_id` is the user's or ours; no part of it is ever part of a storage key.

    `version` counts replacements of the bytes and changes of who may see them: it is part of every
    rendition's key, so that bumping it makes all that was rendered before unreachable at the origin.
    `original_version` is the one its present bytes came with.

    One that `is_remote` was sent by nobody: it is a copy of a picture elsewhere, kept for its renditions'
    sake, in nobody's list or quota. `everything` has these too.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="images")
    public_id = models.CharField(max_length=1024)
    version = models.PositiveIntegerField(default=1)
    original_version = models.PositiveIntegerField(default=1)
    is_draft = models.BooleanField(default=False)
    is_remote = models.BooleanField(default=False, db_default=False)
    is_private = models.BooleanField(default=False)  # wire: requireSignedURLs

    creator = models.CharField(max_length=1024, null=True)  # noqa: DJ001  # null and "" differ on the wire
    metadata = models.JSONField(default=dict)  # the user's; our own facts are columns
    alt_text = models.TextField(blank=True)
    tags = models.JSONField(default=list)  # no array: no immutable function makes text of one, for search

    uploaded_at = models.DateTimeField(null=True)  # the first original: an image keeps its place in lists
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)
    trashed_until = models.DateTimeField(null=True)  # counts in the quota until then

    objects = UploadedImages()
    everything = ImageQuerySet.as_manager()

    class Meta:
        constraints = [
            # By digest: 1024 characters of any script are more than an index entry may have.
            models.UniqueConstraint(
                "account", MD5("public_id"), condition=Q(deleted_at=None), name="image_id_unique"
            )
        ]
        indexes = [
            HashIndex(fields=["public_id"], name="image_public_id"),
            models.Index(fields=["storage_key"], name="image_storage_key"),
            models.Index(
                fields=["account", "-uploaded_at", "-id"],
                condition=_LISTED,
                name="image_newest_first",
            ),
            models.Index(
                fields=["account", "-deleted_at", "-id"],
                condition=~Q(trashed_until=None),
                name="image_trashed",
            ),
            models.Index(fields=["account"], condition=Q(is_remote=True), name="image_remote"),
            models.Index(
                F("account"),
                CREATOR_DIGEST,
                F("uploaded_at").desc(),
                F("id").desc(),
                condition=_LISTED,
                name="image_newest_of_creator",
            ),
            GinIndex(
                fields=["account", "metadata"],
                opclasses=["int8_ops", "jsonb_path_ops"],
                condition=_LISTED,
                name="image_account_metadata",
            ),
            GinIndex(
                fields=["account", "tags"],
                opclasses=["int8_ops", "jsonb_path_ops"],
                condition=Q(deleted_at=None, is_draft=False),
                name="image_tags",
            ),
            GinIndex(
                OpClass(F("account"), "int8_ops"),
                OpClass(SEARCH_TEXT, "gin_trgm_ops"),
                condition=Q(deleted_at=None, is_draft=False),
                name="image_search",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
