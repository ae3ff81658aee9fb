"""Signing keys on the wire: put, rotated, deleted; their values only for those who may edit."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, AuditEvent
from apps.accounts.services import set_limits
from apps.signing.models import SigningKey
from apps.signing.services import reveal_value
from tests.api.answers import accepted, refused

pytestmark = pytest.mark.django_db


def keys(response: Any) -> dict[str, str]:
    return {key["name"]: key["value"] for key in accepted(response)["keys"]}


def test_it_works(olive_client: Client, orchard: Account, images_path: str) -> None:
    shown = keys(olive_client.get(f"{images_path}/keys"))
    assert shown == {"default": reveal_value(SigningKey.objects.get())}
    assert keys(olive_client.put(f"{images_path}/keys/next")) == shown | {"next": reveal_value(key("next"))}
    assert list(keys(olive_client.delete(f"{images_path}/keys/default"))) == ["next"]


def key(name: str) -> SigningKey:
    return SigningKey.objects.get(name=name)


def test_putting_a_name_that_is_there_rotates_its_value(
    olive_client: Client, orchard: Account, images_path: str
) -> None:
    before = keys(olive_client.get(f"{images_path}/keys"))
    # As the Python SDK sends it.
    after = keys(olive_client.put(f"{images_path}/keys/default", b"", content_type="application/json"))
    assert after.keys() == before.keys()
    assert after["default"] != before["default"]
    assert AuditEvent.objects.filter(action="signing_key.rotated").exists()


def test_after_the_last_there_is_a_fresh_default(
    olive_client: Client, orchard: Account, images_path: str
) -> None:
    before = keys(olive_client.get(f"{images_path}/keys"))
    after = keys(olive_client.delete(f"{images_path}/keys/default"))
    assert (list(after), after == before) == (["default"], False)


def test_two_unless_the_account_may_have_more(
    olive_client: Client, orchard: Account, images_path: str
) -> None:
    accepted(olive_client.put(f"{images_path}/keys/b"))
    assert "at most 2" in refused(olive_client.put(f"{images_path}/keys/c"), 403, 5453)
    set_limits(account=orchard, signing_keys=3, actor=SYSTEM)
    assert list(keys(olive_client.put(f"{images_path}/keys/c"))) == ["default", "b", "c"]
    assert "at most 3" in refused(olive_client.put(f"{images_path}/keys/d"), 403, 5453)


def test_seeing_values_is_written_down(olive_client: Client, orchard: Account, images_path: str) -> None:
    values = keys(olive_client.get(f"{images_path}/keys"))
    [event] = AuditEvent.objects.filter(action="signing_keys.read")
    assert event.token == orchard.tokens.get()
    assert event.detail == {"names": ["default"]}
    accepted(olive_client.put(f"{images_path}/keys/default"))
    assert AuditEvent.objects.filter(action="signing_keys.read").count() == 2
    assert values["default"] not in str(list(AuditEvent.objects.values()))


def test_a_read_token_sees_no_value(reader_client: Client, orchard: Account, images_path: str) -> None:
    body = reader_client.get(f"{images_path}/keys").json()
    assert body["result"] == {"keys": [{"name": "default"}]}
    assert "images:edit" in body["messages"][0]["message"]
    assert not AuditEvent.objects.filter(action="signing_keys.read").exists()


@pytest.mark.parametrize("name", ["a-b", "x" * 21, "a%2Fb", "%C3%BC", "a b"])
def test_bad_names(olive_client: Client, images_path: str, name: str) -> None:
    assert "20" in refused(olive_client.put(images_path, RAW_URI=f"{images_path}/keys/{name}"), 400, 5400)


def test_no_key(olive_client: Client, images_path: str) -> None:
    refused(olive_client.delete(f"{images_path}/keys/pear"), 404, 5404)


def test_another_account_s_keys_stay(eve_client: Client, elsewhere: Account, orchard: Account) -> None:
    before = SigningKey.objects.get(account=orchard).encrypted_value
    path = f"/client/v4/accounts/{elsewhere.public_id}/images/v1/keys"
    assert keys(eve_client.put(f"{path}/default")).keys() == {"default"}
    assert SigningKey.objects.get(account=orchard).encrypted_value == before
