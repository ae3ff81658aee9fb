"""The commands an operator makes accounts and tokens with."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.accounts.errors import InvalidToken
from apps.accounts.models import Account, ApiToken, Member, User
from apps.accounts.tokens import authenticate_token

pytestmark = pytest.mark.django_db


def call(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_create_account() -> None:
    said = dict(
        line.rsplit(maxsplit=1)
        for line in call("create_account", "Orchard", "--owner", "o@example.com").splitlines()
    )
    account = Account.objects.get()
    assert said["account id"] == account.public_id
    assert said["account hash"] == account.hash
    assert Member.objects.get(account=account).is_owner
    assert User.objects.get(email="o@example.com").check_password(said["password"])


def test_an_owner_who_is_known_keeps_their_password(olive: User) -> None:
    assert "password" not in call("create_account", "Second", "--owner", "OLIVE@example.com")
    assert Account.objects.of_member(olive).get().name == "Second"


def test_a_bad_address_makes_nothing() -> None:
    with pytest.raises(CommandError, match="valid email"):
        call("create_account", "Orchard", "--owner", "olive")
    with pytest.raises(CommandError, match="blank"):
        call("create_account", "", "--owner", "new@example.com")
    assert not Account.objects.exists()
    assert not User.objects.exists()


def test_create_token(orchard: Account) -> None:
    secret = call("create_token", orchard.public_id).strip()
    token = authenticate_token(secret)
    assert (token.account, sorted(token.scopes)) == (orchard, ["images:edit", "images:read"])
    assert token.expires_at is None


def test_create_token_with_everything(orchard: Account) -> None:
    call("create_token", orchard.public_id, "--name", "blog", "--scope", "images:read", "--days", "30")
    token = ApiToken.objects.get()
    assert (token.name, token.scopes) == ("blog", ["images:read"])
    assert token.expires_at is not None
    assert 29 <= (token.expires_at - timezone.now()).days < 30


@pytest.mark.parametrize("options", [[], ["--days", "0"], ["--days", "99999999999"], ["--name", ""]])
def test_create_token_refusals(orchard: Account, options: list[str]) -> None:
    account_id = orchard.public_id if options else "nobody"
    with pytest.raises(CommandError):
        call("create_token", account_id, *options)
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("what", ["prefix", "whole"])
def test_revoke_token(orchard: Account, orchard_token: str, what: str) -> None:
    named = orchard_token if what == "whole" else orchard_token.partition("_")[0]
    assert "Orchard" in call("revoke_token", named)
    with pytest.raises(InvalidToken):
        authenticate_token(orchard_token)
    with pytest.raises(CommandError, match="ended already"):
        call("revoke_token", named)


def test_an_unknown_token_cannot_be_revoked(orchard_token: str) -> None:
    with pytest.raises(CommandError, match="No token begins with img000"):
        call("revoke_token", "img000_secret")
    assert authenticate_token(orchard_token)


def test_set_limits(orchard: Account) -> None:
    said = call("set_limits", orchard.public_id, "--images", "7", "--signing-keys", "3")
    assert said.splitlines() == [
        "images            7",
        "upload bytes      10485760",
        "signing keys      3",
        "rendition bytes   10737418240",
        "former originals  10",
        "trash days        0",
    ]
    orchard.refresh_from_db()
    assert (orchard.images_limit, orchard.signing_keys_limit) == (7, 3)
    assert call("set_limits", orchard.public_id) == said


@pytest.mark.parametrize(
    "arguments",
    [
        ["--images", "2"],
        ["--images", "-1"],
        ["--signing-keys", "0"],
        ["--upload-bytes", "0"],
        ["--former-originals", "-1"],
        ["--trash-days", "366"],
    ],
)
def test_limits_that_cannot_be(orchard: Account, arguments: list[str]) -> None:
    Account.objects.update(images_used=3)
    with pytest.raises(CommandError, match=r"holds more images|greater|less than or equal to 365"):
        call("set_limits", orchard.public_id, *arguments)
    orchard.refresh_from_db()
    assert (orchard.images_limit, orchard.signing_keys_limit) == (100_000, 2)


def test_limits_of_nobody(db: None) -> None:
    with pytest.raises(CommandError, match="No account"):
        call("set_limits", "0" * 32, "--images", "2")
