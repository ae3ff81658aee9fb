"""People at the dashboard's door: a browser session each, and a few pictures."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from PIL import Image as Picture

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, User
from apps.images.models import Image
from apps.images.services import upload_image

Upload = Callable[..., Image]


def jpeg(width: int = 60, height: int = 40, colour: str = "teal") -> bytes:
    buffer = io.BytesIO()
    Picture.new("RGB", (width, height), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def sign_in(user: User) -> Client:
    client = Client(headers={"Accept": "text/html"})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture(autouse=True)
def nobody_was_counted() -> None:
    """Rate limits count across tests, since they live in the cache."""
    cache.clear()


@pytest.fixture(autouse=True)
def incoming(tmp_path: Path, settings: Any) -> Path:
    """Where files wait while their request runs."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    return tmp_path / "incoming"


@pytest.fixture
def olive_client(olive: User, orchard: Account) -> Client:
    return sign_in(olive)


@pytest.fixture
def max_client(max_viewer: User) -> Client:
    return sign_in(max_viewer)


@pytest.fixture
def eve_client(eve: User, elsewhere: Account) -> Client:
    return sign_in(eve)


@pytest.fixture
def upload(orchard: Account, stores: Path) -> Upload:
    """Return a function that uploads a small picture to the orchard."""

    def upload_one(
        filename: str = "photo.jpg", *, is_private: bool = False, image_id: str | None = None
    ) -> Image:
        file = io.BytesIO(jpeg())
        return upload_image(
            account=orchard,
            file=file,
            filename=filename,
            is_private=is_private,
            image_id=image_id,
            actor=SYSTEM,
        )

    return upload_one


@pytest.fixture
def photo(upload: Upload) -> Image:
    return upload()
