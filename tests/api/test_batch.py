"""A batch token acts for its API token for an hour, on routes that name no account."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from apps.accounts import batch_tokens
from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, ApiToken, AuditEvent
from apps.accounts.tokens import revoke_token
from apps.images.models import Image
from tests.api.answers import accepted, refused
from tests.api.conftest import client_for
from tests.api.parts import file, post, word
from tests.images.conftest import jpeg

pytestmark = pytest.mark.django_db
IMAGES = "/client/v4/images"


def batch_token(client: Client, images_path: str) -> str:
    token: str = accepted(client.get(f"{images_path}/batch_token"))["token"]
    return token


@pytest.fixture
def batch_client(olive_client: Client, images_path: str) -> Client:
    return client_for(batch_token(olive_client, images_path))


def test_it_works(batch_client: Client, orchard: Account, stores: Path) -> None:
    image = accepted(post(batch_client, f"{IMAGES}/v1", word("id", "fruit/pear"), file(jpeg())))
    path = f"{IMAGES}/v1/fruit%2Fpear"
    assert accepted(batch_client.get(IMAGES, RAW_URI=path)) == image
    changes = {"creator": "max"}
    edited = accepted(batch_client.patch(f"{IMAGES}/v1/fruit/pear", changes, content_type="application/json"))
    assert edited == image | changes
    for listing in ("v1", "v2"):
        assert accepted(batch_client.get(f"{IMAGES}/{listing}"))["images"] == [edited]
    assert accepted(batch_client.delete(f"{IMAGES}/v1/fruit/pear")) == {}
    upload = accepted(post(batch_client, f"{IMAGES}/v2/direct_upload"))["uploadURL"]
    accepted(post(Client(), upload.removeprefix(settings.CONTROL_URL), file(jpeg())))
    assert Image.objects.in_account(orchard).live().count() == 1
    token = ApiToken.objects.get()
    assert AuditEvent.objects.get(action="image.edited").token == token
    assert AuditEvent.objects.get(action="batch_token.created").token == token


def test_when_it_ends(olive_client: Client, images_path: str) -> None:
    ends_at = accepted(olive_client.get(f"{images_path}/batch_token"))["expiresAt"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", ends_at)
    left = datetime.fromisoformat(ends_at[:26] + "+00:00") - timezone.now()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)


def test_it_ends(batch_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted(batch_client.get(f"{IMAGES}/v2"))
    monkeypatch.setattr(batch_tokens, "LIFETIME", timedelta(seconds=-1))
    refused(batch_client.get(f"{IMAGES}/v2"), 401, 1000)


def test_it_ends_with_its_api_token(batch_client: Client) -> None:
    revoke_token(token=ApiToken.objects.get(), actor=SYSTEM)
    refused(batch_client.get(f"{IMAGES}/v2"), 401, 1000)


def test_each_kind_of_token_opens_its_own_routes(
    batch_client: Client, olive_client: Client, images_path: str
) -> None:
    refused(batch_client.get(images_path), 401, 1000)
    refused(olive_client.get(f"{IMAGES}/v2"), 401, 1000)
    refused(Client().get(f"{IMAGES}/v2"), 401, 10000)
    for wrong in ("x", "img0:x:y", "\udcff", ":" * 99):
        refused(client_for(wrong).get(f"{IMAGES}/v2"), 401, 1000)


def test_a_reader_s_reads(reader_client: Client, images_path: str) -> None:
    client = client_for(batch_token(reader_client, images_path))
    accepted(client.get(f"{IMAGES}/v2"))
    refused(client.post(f"{IMAGES}/v1"), 403, 10000)
    refused(client.delete(f"{IMAGES}/v1/pear"), 403, 10000)


def test_it_shows_only_its_account(
    batch_client: Client, eve_client: Client, elsewhere: Account, orchard: Account
) -> None:
    Image.objects.create(account=orchard, public_id="pear", uploaded_at=timezone.now())
    path = f"/client/v4/accounts/{elsewhere.public_id}/images/v1"
    theirs = client_for(batch_token(eve_client, path))
    assert accepted(theirs.get(f"{IMAGES}/v2"))["images"] == []
    refused(theirs.get(f"{IMAGES}/v1/pear"), 404, 5404)
    accepted(batch_client.get(f"{IMAGES}/v1/pear"))


@pytest.mark.parametrize("path", ["v1/keys", "v1/stats", "v1/variants", "v1/config", "v1/x/blob"])
def test_there_is_nothing_else(batch_client: Client, path: str) -> None:
    """These are ids here, of images that are not there."""
    refused(batch_client.get(f"{IMAGES}/{path}"), 404, 5404)


def test_its_requests_are_counted_apart(
    batch_client: Client, olive_client: Client, images_path: str, settings: Any
) -> None:
    settings.API_RATE_PER_TOKEN = settings.API_RATE_PER_ACCOUNT = 7
    policy = batch_client.get(f"{IMAGES}/v2")["RateLimit-Policy"]
    assert policy == '"batch";q=200;w=1'
    assert "batch" not in olive_client.get(images_path)["RateLimit-Policy"]
