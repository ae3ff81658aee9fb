"""Refusals become the exceptions that the official client has for them, and none is asked for twice."""

from __future__ import annotations

from collections.abc import Callable
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


def test_no_quota(client: Cloudflare, account_id: str) -> None:
    Account.objects.update(images_limit=0)
    with pytest.raises(cloudflare.PermissionDeniedError) as caught:
        client.images.v1.create(account_id=account_id, file=PHOTO)
    assert [error.code for error in caught.value.errors] == [5453]
