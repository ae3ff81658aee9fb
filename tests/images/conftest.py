"""What the images room's tests need: stores of their own, and one uploaded picture."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import transaction
from PIL import Image as Picture
from pytest_django import DjangoDbBlocker

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.accounts.services import create_account
from apps.images.models import Image
from apps.images.services import upload_image
from apps.images.services.seeding import seed_images


def jpeg(width: int = 120, height: int = 80, colour: str = "teal") -> bytes:
    buffer = io.BytesIO()
    Picture.new("RGB", (width, height), colour).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def stored_files(stores: Path) -> Callable[[], list[Path]]:
    """Return a function that lists every file in the stores."""
    return lambda: sorted(path for path in stores.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def library(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Account]:
    """An account with ten thousand made-up images, there for all tests of a module that ask for it."""
    with django_db_blocker.unblock(), transaction.atomic():
        account = create_account(name="Library", owner=None, actor=SYSTEM)
        seed_images(account=account, count=10_000)
        yield account
        transaction.set_rollback(True)


@pytest.fixture
def photo(orchard: Account, stores: Path) -> Image:
    return upload_image(account=orchard, file=io.BytesIO(jpeg()), filename="photo.jpg", actor=SYSTEM)
