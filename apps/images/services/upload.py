"""An upload, told in order: check the words, reserve a place, weigh, look inside, keep file and row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, TypedDict, Unpack

from django.utils import timezone

from apps.accounts.actor import Actor
from apps.accounts.models import Account
from apps.accounts.services import check_image_quota
from apps.images.errors import ImageExists
from apps.images.ids import check_custom_id, make_image_id
from apps.images.models import Image
from apps.images.services.access import check_may_be_private
from apps.images.services.numbers import note_numbers
from apps.images.services.original import examine, keep_original
from apps.images.services.quota import reserved_quota
from apps.images.services.words import (
    check_alt_text,
    check_creator,
    check_metadata,
    check_tags,
    clean_filename,
)
from apps.imaging.geometry.focus import Area, FocalPoints
from apps.variants.models import DeliveryPolicy


class Told(TypedDict, total=False):
    """What whoever sends an image may tell of it; `focal_point` is in ten-thousandths of each side."""

    image_id: str | None
    metadata: Mapping[str, Any] | None
    is_private: bool
    creator: str | None
    alt_text: str
    tags: Sequence[str]
    focal_point: Area | None


def upload_image(
    *,
    account: Account,
    file: BinaryIO,
    filename: str = "",
    fetched_from: str | None = None,
    actor: Actor,
    **told: Unpack[Told],
) -> Image:
    """Keep an original for ever and return its row; when this returns, the bytes are on disk.

    `file` is seekable and read from its start; `fetched_from` is for the audit trail, without secrets.
    Raises ImagesError, imaging's SourceError, LimitExceeded or RendererError, or accounts' QuotaExceeded;
    then nothing of the upload stays behind.
    """
    image = describe_image(account, **told)
    image.filename = clean_filename(filename)
    with reserved_quota(account) as quota:
        original = examine(file, account)
        for name, value in original.describe(account).items():
            setattr(image, name, value)
        image.uploaded_at = timezone.now()
        keep_original(
            original=original,
            image=image,
            quota=quota,
            write_row=lambda: write_new(image),
            fetched_from=fetched_from,
            actor=actor,
        )
    return image


def write_new(image: Image) -> None:
    """Write the row of an image there was not before; call it in a transaction."""
    image.save(force_insert=True)
    note_numbers(image=image)


def check_upload(*, account: Account, **told: Unpack[Told]) -> None:
    """Refuse what can be refused before there are bytes; the transaction that writes the row decides."""
    describe_image(account, **told)
    check_image_quota(account=account)


def describe_image(account: Account, **told: Unpack[Told]) -> Image:
    """Return an image with all that its sender may say of it, checked and not yet saved.

    Raises BadImageId, PrivateCustomId, ImageExists, BadMetadata, BadCreator, BadAltText or BadTags.
    """
    image_id, is_private = told.get("image_id"), told.get("is_private", False)
    if image_id is not None:
        _check_free_id(account, image_id, is_private)
    return Image(
        account=account,
        public_id=image_id or make_image_id(is_private=is_private),
        is_private=is_private,
        metadata=check_metadata(told.get("metadata") or {}),
        creator=check_creator(told.get("creator")),
        alt_text=check_alt_text(told.get("alt_text", "")),
        tags=check_tags(told.get("tags", ())),
        focal_points=str(FocalPoints(chosen=told.get("focal_point"))),
    )


def _check_free_id(account: Account, image_id: str, is_private: bool) -> None:
    """Refuse early what the constraint would refuse after the work."""
    check_custom_id(image_id)
    if is_private:
        check_may_be_private(image_id, DeliveryPolicy.objects.get(account=account))
    if Image.objects.in_account(account).present().filter(public_id=image_id).exists():
        raise ImageExists(image_id)
