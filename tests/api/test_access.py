"""A token is shown as HTTP has it, lives as long as it is told, and opens its own account; see test_rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Account, ApiToken, User
from apps.images.models import Image
from tests.api.answers import refused
from tests.api.conftest import client_for

pytestmark = pytest.mark.django_db


def row_of(account: Account, public_id: str) -> Image:
    """Return an image's row, which is all that access is about."""
    return Image.objects.create(account=account, public_id=public_id, uploaded_at=timezone.now())


def test_one_s_own_path_shows_only_one_s_own(
    eve_client: Client, elsewhere: Account, orchard: Account
) -> None:
    row_of(orchard, "pear")
    path = f"/client/v4/accounts/{elsewhere.public_id}/images/v1"
    assert eve_client.get(path).json()["result"]["images"] == []
    refused(eve_client.get(f"{path}/pear"), 404, 5404)
    refused(eve_client.delete(f"{path}/pear"), 404, 5404)
    assert Image.objects.in_account(orchard).live().count() == 1


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic b2xpdmU6cGVhcg==", "{token}"])
def test_no_token(images_path: str, orchard_token: str, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header.format(token=orchard_token)}
    answer = Client(headers=headers).get(images_path)
    assert "Authorization: Bearer" in refused(answer, 401, 10000)
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "wrong",
    ["wrong", "{token}x", "{token} x", "x{token}", "ümlaut", "Bearer {token}", "{token},Bearer {token}"],
)
def test_a_wrong_token(images_path: str, orchard_token: str, wrong: str) -> None:
    answer = client_for(wrong.format(token=orchard_token)).get(images_path)
    assert refused(answer, 401, 1000) == "Invalid API Token"


def test_a_token_elsewhere_than_in_the_header_means_nothing(images_path: str, orchard_token: str) -> None:
    client = Client()
    client.cookies["token"] = orchard_token
    refused(client.get(images_path, {"token": orchard_token, "access_token": orchard_token}), 401, 10000)


@pytest.mark.parametrize("email", ["olive@example.com", "OLIVE@example.com", "max@example.com"])
def test_a_member_s_address_and_a_token_as_key(
    images_path: str, orchard_token: str, max_viewer: User, email: str
) -> None:
    client = Client(headers={"x-auth-email": email, "x-auth-key": orchard_token})
    assert client.get(images_path).status_code == 200


@pytest.mark.parametrize(
    ("email", "key"),
    [
        ("eve@example.com", "{token}"),
        ("nobody@example.com", "{token}"),
        ("olive@example.com", "{token}x"),
        ("olive%", "{token}"),
        ("olive@example.com\x00", "{token}"),
    ],
)
def test_an_address_and_a_key_that_do_not_go_together(
    eve: User, images_path: str, orchard_token: str, email: str, key: str
) -> None:
    client = Client(headers={"x-auth-email": email, "x-auth-key": key.format(token=orchard_token)})
    client.raise_request_exception = False
    assert refused(client.get(images_path), 401, 1000) == "Invalid API Token"


def test_a_member_who_was_put_out_is_nobody(olive: User, images_path: str, orchard_token: str) -> None:
    client = Client(headers={"x-auth-email": olive.email, "x-auth-key": orchard_token})
    assert client.get(images_path).status_code == 200
    User.objects.filter(pk=olive.pk).update(is_active=False)
    refused(client.get(images_path), 401, 1000)


def test_half_a_pair_is_no_token(images_path: str, orchard_token: str) -> None:
    for header in ({"x-auth-key": orchard_token}, {"x-auth-email": "olive@example.com"}):
        refused(Client(headers=header).get(images_path), 401, 10000)


@pytest.mark.parametrize("field", ["expires_at", "revoked_at"])
def test_a_dead_token(olive_client: Client, images_path: str, orchard: Account, field: str) -> None:
    ApiToken.objects.filter(account=orchard).update(**{field: timezone.now() - timedelta(seconds=1)})
    assert refused(olive_client.get(images_path), 401, 1000) == "Invalid API Token"


def test_the_scheme_is_read_as_http_has_it(images_path: str, orchard_token: str) -> None:
    client: Any = Client(headers={"authorization": f"bearer {orchard_token}"})
    assert client.get(images_path).status_code == 200


def test_verify(olive_client: Client, orchard: Account) -> None:
    body = olive_client.get("/client/v4/user/tokens/verify").json()
    token = ApiToken.objects.get(account=orchard)
    assert body["result"] == {"id": token.prefix, "status": "active"}
    assert body["messages"] == [{"code": 10000, "message": "This API Token is valid and active"}]


def test_verify_says_when_the_token_ends(olive_client: Client, orchard: Account) -> None:
    token = ApiToken.objects.get(account=orchard)
    token.expires_at = timezone.now().replace(microsecond=458_999) + timedelta(days=1)
    token.save()
    result = olive_client.get("/client/v4/user/tokens/verify").json()["result"]
    assert result["expires_on"] == token.expires_at.strftime("%Y-%m-%dT%H:%M:%S.458Z")


def test_verify_refuses_a_wrong_token() -> None:
    refused(client_for("wrong").get("/client/v4/user/tokens/verify"), 401, 1000)
