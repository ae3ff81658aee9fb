"""An original on its way in: weighed, looked into, and kept together with the row that tells of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.db import IntegrityError, transaction

from apps.accounts.actor import Actor
from apps.accounts.models import Account
from apps.accounts.services import record_event
from apps.images.errors import EmptyUpload, ImageExists, UploadTooLarge
from apps.images.models import Image
from apps.images.renderer import inspect_original
from apps.images.services.describing import plan_description
from apps.images.services.files import claim_file, discard_file, write_file
from apps.images.services.quota import consume_quota
from apps.images.services.render_ahead import plan_render_ahead
from apps.images.storage import ORIGINALS, make_original_key
from apps.imaging.source import SourceInfo
from apps.outbox.models import Job
from apps.usage.services import count_upload

_CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Original:
    """A file that is a picture within the account's limits."""

    file: BinaryIO
    size_bytes: int
    sha256: bytes
    info: SourceInfo

    def describe(self, account: Account) -> dict[str, Any]:
        """Return the columns of an image that come from its original, with a fresh key to keep it under."""
        width, height = self.info.oriented_size
        return {
            "storage_key": make_original_key(account.pk),
            "sha256": self.sha256,
            "size_bytes": self.size_bytes,
            "format": self.info.format.value,
            "width": width,
            "height": height,
            "frames": self.info.frames,
            "has_alpha": self.info.has_alpha,
            "thumbhash": "",
            "dominant_colour": "",
        }


def examine(file: BinaryIO, account: Account) -> Original:
    """Weigh a seekable file and decode it in the renderer.

    Raises EmptyUpload, UploadTooLarge, or imaging's SourceError, LimitExceeded or RendererError.
    """
    size_bytes, sha256 = weigh(file, allowed=account.max_upload_bytes)
    info = inspect_original(file, max_bytes=account.max_upload_bytes)
    return Original(file, size_bytes, sha256, info)


def weigh(file: BinaryIO, *, allowed: int) -> tuple[int, bytes]:
    """Return how many bytes there are and their SHA-256, and leave the file at its start."""
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
    return size, digest.digest()


def keep_original(
    *,
    original: Original,
    image: Image,
    quota: Job,
    write_row: Callable[[], None],
    fetched_from: str | None = None,
    actor: Actor,
) -> None:
    """Write the file, then the row and all that follows from it in one transaction; or leave nothing.

    `write_row` is called inside the transaction. Raises ImageExists when the id was taken meanwhile.
    """
    account = image.account
    origin = {} if fetched_from is None else {"fetched_from": fetched_from}
    removal = write_file(store=ORIGINALS, key=image.storage_key, content=original.file, account=account)
    try:
        with transaction.atomic():
            write_row()
            consume_quota(quota, account)
            claim_file(removal)
            count_upload(account=account, size_bytes=image.size_bytes)
            plan_render_ahead(image=image)
            plan_description(image=image)
            record_event(
                account=account,
                actor=actor,
                action="image.uploaded",
                object_id=image.public_id,
                detail={"format": image.format, "size_bytes": image.size_bytes, **origin},
            )
    except IntegrityError as error:
        discard_file(removal)
        raise_if_taken(error, image)
        raise
    except Exception:
        discard_file(removal)
        raise


def raise_if_taken(error: IntegrityError, image: Image) -> None:
    """Raise ImageExists if the database refused a row because another image has its id."""
    if "image_id_unique" in str(error):
        raise ImageExists(image.public_id) from error
