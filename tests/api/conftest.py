"""What the API's tests need: a client per token, and a folder for what is on its way in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Account
from tests.images.conftest import photo, stored_files  # noqa: F401  # the same, for this room's tests


def client_for(token: str) -> Client:
    """Return a client that shows a token and, like real ones, gets answers and no exceptions."""
    return Client(headers={"authorization": f"Bearer {token}"}, raise_request_exception=False)


@pytest.fixture
def olive_client(orchard_token: str) -> Client:
    return client_for(orchard_token)


@pytest.fixture
def reader_client(orchard_read_token: str) -> Client:
    return client_for(orchard_read_token)


@pytest.fixture
def eve_client(elsewhere_token: str) -> Client:
    return client_for(elsewhere_token)


@pytest.fixture
def images_path(orchard: Account) -> str:
    return f"/client/v4/accounts/{orchard.public_id}/images/v1"


@pytest.fixture(autouse=True)
def incoming(tmp_path: Path, settings: Any) -> Path:
    """Where bytes lie while they come in; nothing may ever be seen there."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    return tmp_path / "incoming"
