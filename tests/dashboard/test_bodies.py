"""How much a request may send."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts.models import Account
from apps.dashboard import bodies
from tests.dashboard.conftest import jpeg

pytestmark = pytest.mark.django_db


def test_it_works(client: Client) -> None:
    body = b"x" * (bodies.MAX_FORM_BYTES + 1)
    page = client.post("/accounts/login/", body, content_type="application/x-www-form-urlencoded")
    assert page.status_code == 413
    assert "too much at once" in page.content.decode()
    assert page["X-Request-Id"] in page.content.decode()
    assert "Content-Security-Policy" in page


def test_not_a_byte_is_read(olive_client: Client, orchard: Account) -> None:
    """The body is announced and never comes: whoever tried to read it would fail."""
    page = olive_client.generic(
        "POST",
        f"/{orchard.public_id}/variants/new",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(bodies.MAX_FORM_BYTES + 1),
    )
    assert page.status_code == 413


def test_an_upload_may_be_larger(olive_client: Client, orchard: Account, stores: Path) -> None:
    picture = jpeg() + b"\0" * bodies.MAX_FORM_BYTES
    page = olive_client.post(
        f"/{orchard.public_id}/upload", {"file": SimpleUploadedFile("photo.jpg", picture)}
    )
    assert page.status_code == 302


def test_an_upload_has_a_limit_too(olive_client: Client, orchard: Account) -> None:
    page = olive_client.generic(
        "POST", f"/{orchard.public_id}/upload", CONTENT_LENGTH=str(bodies.MAX_UPLOAD_BYTES + 1)
    )
    assert page.status_code == 413


def test_a_stranger_may_not_upload_at_all(client: Client, orchard: Account) -> None:
    page = client.generic(
        "POST", f"/{orchard.public_id}/upload", CONTENT_LENGTH=str(bodies.MAX_FORM_BYTES + 1)
    )
    assert page.status_code == 413
