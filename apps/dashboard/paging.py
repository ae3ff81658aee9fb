"""Pages by key, never by offset: right while pictures arrive, and the last as fast as the first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apps.images.models import Image
from apps.images.models.image import ImageQuerySet

PAGE_SIZE = 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Page:
    """`next_key` continues after the last image; empty when there is nothing more."""

    images: list[Image]
    next_key: str


def cut_page(images: ImageQuerySet, key: str, *, size: int = PAGE_SIZE) -> Page:
    """Return the newest images after `key`; a key that cannot be read starts from the top."""
    place = read_key(key)
    if place is not None:
        images = images.older_than(*place)
    found = list(images.newest()[: size + 1])
    shown = found[:size]
    return Page(shown, write_key(shown[-1]) if len(found) > size else "")


def write_key(image: Image) -> str:
    """Return an image's place in the order: when it was uploaded, in microseconds, and its row."""
    uploaded_at = image.uploaded_at or image.created_at
    return f"{(uploaded_at - _EPOCH) // timedelta(microseconds=1)}-{image.pk}"


def read_key(key: str) -> tuple[datetime, int] | None:
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(match[1])), int(match[2])
    except OverflowError:
        return None
