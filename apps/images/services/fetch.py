"""An upload whose bytes a server elsewhere has: fetch them, then keep them like any other."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.accounts.actor import Actor
from apps.accounts.models import Account
from apps.fetching.errors import ResponseTooLarge
from apps.images.errors import UploadTooLarge
from apps.images.fetcher import find_fetcher
from apps.images.models import Image
from apps.images.services.upload import check_upload, upload_image


def fetch_image(
    *,
    account: Account,
    url: str,
    image_id: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    is_private: bool = False,
    creator: str | None = None,
    actor: Actor,
) -> Image:
    """Keep what a URL leads to, under the name its path ends in.

    `url` may carry credentials; they are sent to its host and written nowhere. Raises FetchError, and what
    `upload_image` raises: that which needs no bytes before anything is fetched.
    """
    check_upload(
        account=account, image_id=image_id, metadata=metadata, is_private=is_private, creator=creator
    )
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        try:
            fetched = find_fetcher().fetch(url, into=file, max_bytes=account.max_upload_bytes)
        except ResponseTooLarge as error:
            raise UploadTooLarge(error.allowed) from error
        file.flush()
        return upload_image(
            account=account,
            file=file,
            filename=fetched.filename,
            image_id=image_id,
            metadata=metadata,
            is_private=is_private,
            creator=creator,
            fetched_from=fetched.url,
            actor=actor,
        )
