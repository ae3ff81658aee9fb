"""Refusals become the exceptions that the official client has for them, and none is asked for twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import cloudflare
import httpx
import pytest
from cloudflare import Cloudflare

from apps.accounts.models import Account
from tests.contract.conftest import PHOTO

pytestmark = pytest.mark.django_db(transaction=True)

REFUSALS: dict[str, tuple[Callable[[Cloudflare, str], Any], type[cloudflare.APIStatusError], int]] = {
    "no image": (
        lambda client, account: client.images.v1.get("pear", account_id=account),
        cloudflare.NotFoundError,
        5404,
    ),
    "no variant": (
        lambda client, account: client.images.v1.variants.get("pear", account_id=account),
        cloudflare.NotFoundError,
        5401,
    ),
    "a bad id": (
        lambda client, account: client.images.v1.create(account_id=account, file=PHOTO, id="/pear"),
        cloudflare.BadRequestError,
        5411,
    ),
    "a private custom id": (
        lambda client, account: client.images.v1.create(
            account_id=account, file=PHOTO, id="pear", require_signed_urls=True
        ),
        cloudflare.BadRequestError,
        5400,
    ),
    "no picture": (
        lambda client, account: client.images.v1.create(account_id=account, file=b"<html>"),
        cloudflare.APIStatusError,
        5455,
    ),
    "a variant with a hyphen": (
        lambda client, account: client.images.v1.variants.create(
            account_id=account, id="a-b", options={"fit": "pad", "width": 1, "height": 1, "metadata": "none"}
        ),
        cloudflare.BadRequestError,
        5400,
    ),
    "an unknown filter": (
        lambda client, account: client.images.v2.list(
            account_id=account,
            meta={"a[like]": "x"},
        ),
        cloudflare.BadRequestError,
        5400,
    ),
    "a variant there is no more": (
        lambda client, account: client.images.v1.variants.delete("pear", account_id=account),
        cloudflare.NotFoundError,
        5401,
    ),
    "a key there is not": (
        lambda client, account: client.images.v1.keys.delete("pear", account_id=account),
        cloudflare.NotFoundError,
        5404,
    ),
    "an original there is not": (
        lambda client, account: client.images.v1.blobs.get("a/pear", account_id=account),
        cloudflare.NotFoundError,
        5404,
    ),
    "an upload that is too large": (
        lambda client, account: client.images.v1.create(account_id=account, file=b"-" * 11_000_000),
        cloudflare.APIStatusError,
        5413,
    ),
    "a place nobody may be sent to": (
        lambda client, account: client.images.v1.create(account_id=account, url="http://10.0.0.1/pear.jpg"),
        cloudflare.BadRequestError,
        5454,
    ),
    "too many conditions": (
        lambda client, account: client.images.v2.list(
            account_id=account, meta={f"a{number}[eq]": "x" for number in range(6)}
        ),
        cloudflare.BadRequestError,
        5400,
    ),
    "an expiry that is too near": (
        lambda client, account: client.images.v2.direct_uploads.create(
            account_id=account, expiry=datetime.now(UTC)
        ),
        cloudflare.BadRequestError,
        5400,
    ),
    "another account": (
        lambda client, account: client.images.v1.stats.get(account_id="0" * 32),
        cloudflare.PermissionDeniedError,
        10000,
    ),
    "a wrong token": (
        lambda client, account: client.with_options(api_token="wrong").images.v1.stats.get(
            account_id=account
        ),
        cloudflare.AuthenticationError,
        1000,
    ),
}


@pytest.mark.parametrize(("call", "kind", "code"), REFUSALS.values(), ids=REFUSALS.keys())
def test_refusals(
    client: Cloudflare,
    account_id: str,
    sent: list[httpx.Request],
    call: Callable[[Cloudflare, str], Any],
    kind: type[cloudflare.APIStatusError],
    code: int,
) -> None:
    with pytest.raises(kind) as caught:
        call(client, account_id)
    assert [error.code for error in caught.value.errors] == [code]
    assert len(sent) == 1


def test_a_taken_id_is_sent_once(client: Cloudflare, account_id: str, sent: list[httpx.Request]) -> None:
    """The client repeats a 409 twice more unless it is told not to."""
    client.images.v1.create(account_id=account_id, file=PHOTO, id="pear")
    sent.clear()
    with pytest.raises(cloudflare.ConflictError) as caught:
        client.images.v1.create(account_id=account_id, file=PHOTO, id="pear")
    assert [error.code for error in caught.value.errors] == [5409]
    assert len(sent) == 1


def test_other_things_that_are_taken_are_sent_once(
    client: Cloudflare, account_id: str, sent: list[httpx.Request]
) -> None:
    options = {"fit": "pad", "width": 1, "height": 1, "metadata": "none"}
    calls: list[Callable[[], Any]] = [
        lambda: client.images.v1.variants.create(account_id=account_id, id="hero", options=options),
        lambda: client.images.v2.direct_uploads.create(account_id=account_id, id="draft"),
    ]
    for call in calls:
        call()
        sent.clear()
        with pytest.raises(cloudflare.ConflictError) as caught:
            call()
        assert [error.code for error in caught.value.errors] == [5409]
        assert len(sent) == 1


def test_a_third_key_is_refused(client: Cloudflare, account_id: str) -> None:
    client.images.v1.keys.update("second", account_id=account_id)
    with pytest.raises(cloudflare.PermissionDeniedError) as caught:
        client.images.v1.keys.update("third", account_id=account_id)
    assert [error.code for error in caught.value.errors] == [5453]


def test_a_token_that_may_only_read(api: str, account_id: str, orchard_read_token: str) -> None:
    with Cloudflare(api_token=orchard_read_token, base_url=api) as reader:
        assert reader.images.v1.stats.get(account_id=account_id).count is not None
        with pytest.raises(cloudflare.PermissionDeniedError) as caught:
            reader.images.v1.delete("pear", account_id=account_id)
    assert [error.code for error in caught.value.errors] == [10000]


def test_no_quota(client: Cloudflare, account_id: str) -> None:
    Account.objects.update(images_limit=0)
    with pytest.raises(cloudflare.PermissionDeniedError) as caught:
        client.images.v1.create(account_id=account_id, file=PHOTO)
    assert [error.code for error in caught.value.errors] == [5453]
