"""An upload, told in order: check the words, weigh the bytes, look inside, keep the file, write the row."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.actor import Actor
from apps.accounts.models import Account
from apps.accounts.services import check_image_quota, record_event, take_image_quota
from apps.images.errors import EmptyUpload, ImageExists, UploadTooLarge
from apps.images.ids import check_custom_id, make_image_id
from apps.images.models import Image
from apps.images.renderer import inspect_original
from apps.images.services.access import check_may_be_private
from apps.images.services.files import claim_file, discard_file, write_file
from apps.images.services.render_ahead import plan_render_ahead
from apps.images.services.words import check_creator, check_metadata, clean_filename
from apps.images.storage import ORIGINALS, make_original_key
from apps.imaging.source import SourceInfo
from apps.usage.services import count_upload

_CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Weight:
    size_bytes: int
    sha256: bytes


def upload_image(
    *,
    account: Account,
    file: BinaryIO,
    filename: str = "",
    image_id: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    is_private: bool = False,
    creator: str | None = None,
    fetched_from: str | None = None,
    actor: Actor,
) -> Image:
    """Keep an original for ever and return its row; when this returns, the bytes are on disk.

    `file` is seekable and read from its start; `fetched_from` is for the audit trail, without secrets.
    Raises ImagesError, imaging's SourceError, LimitExceeded or RendererError, or accounts' QuotaExceeded;
    then nothing of the upload stays behind.
    """
    check_upload(
        account=account, image_id=image_id, metadata=metadata, is_private=is_private, creator=creator
    )
    weight = weigh(file, allowed=account.max_upload_bytes)
    info = inspect_original(file, max_bytes=account.max_upload_bytes)
    width, height = info.oriented_size
    image = Image(
        account=account,
        public_id=image_id or make_image_id(is_private=is_private),
        is_private=is_private,
        filename=clean_filename(filename),
        creator=creator,
        metadata=dict(metadata or {}),
        storage_key=make_original_key(account.pk),
        sha256=weight.sha256,
        size_bytes=weight.size_bytes,
        format=info.format.value,
        width=width,
        height=height,
        frames=info.frames,
        has_alpha=info.has_alpha,
        uploaded_at=timezone.now(),
    )
    origin = {} if fetched_from is None else {"fetched_from": fetched_from}
    _keep(image, file, info, actor, origin)
    return image


def check_upload(
    *,
    account: Account,
    image_id: str | None,
    metadata: Mapping[str, Any] | None,
    is_private: bool,
    creator: str | None,
) -> None:
    """Refuse what can be refused before there are bytes; the transaction that writes the row decides."""
    if image_id is not None:
        _check_free_id(account, image_id, is_private)
    check_metadata(metadata or {})
    check_creator(creator)
    check_image_quota(account=account)


def weigh(file: BinaryIO, *, allowed: int) -> Weight:
    """Count and hash the bytes, and leave the file at its start."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(_CHUNK_BYTES):
        size += len(chunk)
        if size > allowed:
            raise UploadTooLarge(allowed)
        digest.update(chunk)
    file.seek(0)
    if size == 0:
        raise EmptyUpload
    return Weight(size, digest.digest())


def _keep(image: Image, file: BinaryIO, info: SourceInfo, actor: Actor, origin: Mapping[str, str]) -> None:
    removal = write_file(store=ORIGINALS, key=image.storage_key, content=file, account=image.account)
    try:
        with transaction.atomic():
            take_image_quota(account=image.account)
            image.save(force_insert=True)
            claim_file(removal)
            count_upload(account=image.account, size_bytes=image.size_bytes)
            plan_render_ahead(image=image)
            record_event(
                account=image.account,
                actor=actor,
                action="image.uploaded",
                object_id=image.public_id,
                detail={"format": info.format.value, "size_bytes": image.size_bytes, **origin},
            )
    except IntegrityError as error:
        discard_file(removal)
        if "image_id_unique" in str(error):
            raise ImageExists(image.public_id) from error
        raise
    except Exception:
        discard_file(removal)
        raise


def _check_free_id(account: Account, image_id: str, is_private: bool) -> None:
    """Refuse early what the constraint would refuse after the work."""
    check_custom_id(image_id)
    if is_private:
        check_may_be_private(image_id, account.delivery_policy)
    if Image.objects.in_account(account).present().filter(public_id=image_id).exists():
        raise ImageExists(image_id)
