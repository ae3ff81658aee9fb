"""The ways the official client can say who it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import cloudflare
import pytest
from cloudflare import AsyncCloudflare, Cloudflare

from tests.contract.conftest import PHOTO

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def older_client(api: str, orchard_token: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloudflare]:
    """A client that shows an e-mail address and a key, as older ones do."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN", raising=False)
    with Cloudflare(api_email="olive@example.com", api_key=orchard_token, base_url=api) as client:
        yield client


def test_it_works(client: Cloudflare, account_id: str) -> None:
    verified = client.user.tokens.verify()
    assert verified is not None
    assert verified.status == "active"


def test_by_address_and_key(older_client: Cloudflare, account_id: str) -> None:
    assert older_client.images.v1.stats.get(account_id=account_id).count is not None
    with pytest.raises(cloudflare.AuthenticationError):
        older_client.with_options(api_email="eve@example.com").images.v1.stats.get(account_id=account_id)


def test_the_asynchronous_client(
    api: str, account_id: str, orchard_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    async def upload_and_list() -> list[str | None]:
        async with AsyncCloudflare(api_token=orchard_token, base_url=api) as client:
            await client.images.v1.create(account_id=account_id, file=PHOTO, id="pear")
            page = await client.images.v2.list(account_id=account_id)
            return [image.id for image in page.images or ()]

    assert asyncio.run(upload_and_list()) == ["pear"]
