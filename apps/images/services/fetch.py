"""Bytes that a server elsewhere has: fetch them, then keep them like any others."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Unpack

from django.conf import settings

from apps.accounts.actor import Actor
from apps.accounts.models import Account
from apps.cdn.services import PurgeState
from apps.fetching.errors import ResponseTooLarge
from apps.images.errors import UploadTooLarge
from apps.images.fetcher import find_fetcher
from apps.images.models import Image
from apps.images.services.replacing import replace_original
from apps.images.services.upload import Told, check_upload, upload_image


def fetch_image(*, account: Account, url: str, actor: Actor, **told: Unpack[Told]) -> Image:
    """Keep what a URL leads to, under the name its path ends in.

    `url` may carry credentials; they are sent to its host and written nowhere. Raises FetchError, and what
    `upload_image` raises: that which needs no bytes before anything is fetched.
    """
    check_upload(account=account, **told)
    with _fetched(url, account) as origin:
        return upload_image(account=account, actor=actor, **told, **origin)


def fetch_original(*, image: Image, url: str, actor: Actor) -> tuple[Image, PurgeState]:
    """Replace an image's bytes by a URL's; raises FetchError, and what `replace_original` does."""
    with _fetched(url, image.account) as origin:
        return replace_original(image=image, actor=actor, **origin)


@contextmanager
def _fetched(url: str, account: Account) -> Iterator[dict[str, Any]]:
    """Fetch into a file that is gone afterwards, and give what a service must know of it."""
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        try:
            fetched = find_fetcher().fetch(
                url, into=file, max_bytes=account.max_upload_bytes, asker=account.pk
            )
        except ResponseTooLarge as error:
            raise UploadTooLarge(error.allowed) from error
        file.flush()
        yield {"file": file, "filename": fetched.filename, "fetched_from": fetched.url}
