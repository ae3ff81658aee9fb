"""What the images room's tests need: stores of their own, and one uploaded picture."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image as Picture

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.models import Image
from apps.images.services import upload_image


def jpeg(width: int = 120, height: int = 80, colour: str = "teal") -> bytes:
    buffer = io.BytesIO()
    Picture.new("RGB", (width, height), colour).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def stored_files(stores: Path) -> Callable[[], list[Path]]:
    """Return a function that lists every file in the stores."""
    return lambda: sorted(path for path in stores.rglob("*") if path.is_file())


@pytest.fixture
def photo(orchard: Account, stores: Path) -> Image:
    return upload_image(account=orchard, file=io.BytesIO(jpeg()), filename="photo.jpg", actor=SYSTEM)
