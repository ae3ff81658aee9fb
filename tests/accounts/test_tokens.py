"""API tokens: shown once, recognised by digest, dead when revoked or expired, all refusals alike."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.serializers import serialize
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.actor import SYSTEM, Actor
from apps.accounts.errors import InvalidToken
from apps.accounts.models import Account, ApiToken, AuditEvent, Scope
from apps.accounts.tokens import authenticate_token, create_token, revoke_token

pytestmark = pytest.mark.django_db


def test_it_works(orchard: Account) -> None:
    token, secret = create_token(account=orchard, name="blog", scopes=[Scope.READ], actor=SYSTEM)
    found = authenticate_token(secret)
    assert found == token
    with CaptureQueriesContext(connection) as queries:
        assert found.account == orchard
    assert len(queries) == 0, "the account comes with the token"
    assert (found.allows(Scope.READ), found.allows(Scope.EDIT)) == (True, False)


def test_only_the_digest_is_kept(orchard: Account) -> None:
    token, secret = create_token(account=orchard, name="blog", scopes=[Scope.READ], actor=SYSTEM)
    token.refresh_from_db()
    assert bytes(token.digest) == hashlib.sha256(secret.encode()).digest()
    secret_part = secret.removeprefix(f"{token.prefix}_")
    assert len(secret_part) == 43, "256 bits as base64url"
    rows = serialize("json", [*ApiToken.objects.all(), *AuditEvent.objects.all()])
    assert token.prefix in rows
    assert secret_part not in rows


def test_two_tokens_share_nothing(orchard: Account) -> None:
    made = [create_token(account=orchard, name="a", scopes=[Scope.READ], actor=SYSTEM) for _ in range(2)]
    assert made[0][0].prefix != made[1][0].prefix
    assert made[0][1] != made[1][1]


def test_editing_includes_reading(orchard_token: str) -> None:
    assert authenticate_token(orchard_token).allows(Scope.READ)


CHANGES: list[Callable[[str], str]] = [
    lambda secret: "",
    lambda secret: secret[:-1],
    lambda secret: secret + "A",
    lambda secret: secret[:-1] + ("A" if secret[-1] != "A" else "B"),
    lambda secret: secret.upper(),
    lambda secret: secret.partition("_")[0],
    lambda secret: "img000000000000_" + secret.partition("_")[2],
    lambda secret: secret + "\n",
    lambda secret: "\x00" + secret,
    lambda secret: secret.replace("_", "\uff3f", 1),
    lambda secret: "\ud800" * 59,
    lambda secret: "x" * 100_000,
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_not_the_secret_is_refused(orchard_token: str, change: Callable[[str], str]) -> None:
    with pytest.raises(InvalidToken):
        authenticate_token(change(orchard_token))


def test_another_s_secret_under_a_known_prefix_is_refused(orchard_token: str, elsewhere_token: str) -> None:
    mixed = orchard_token.partition("_")[0] + "_" + elsewhere_token.partition("_")[2]
    with pytest.raises(InvalidToken):
        authenticate_token(mixed)


def test_a_revoked_token_is_dead_at_once(orchard_token: str) -> None:
    token = authenticate_token(orchard_token)
    revoke_token(token=token, actor=SYSTEM)
    with pytest.raises(InvalidToken):
        authenticate_token(orchard_token)
    revoke_token(token=token, actor=SYSTEM)
    assert AuditEvent.objects.filter(action="token.revoked").count() == 1


def test_an_expired_token_is_dead(orchard: Account) -> None:
    soon = timezone.now() + timedelta(hours=1)
    token, secret = create_token(
        account=orchard, name="a", scopes=[Scope.READ], expires_at=soon, actor=SYSTEM
    )
    assert authenticate_token(secret)
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())
    with pytest.raises(InvalidToken):
        authenticate_token(secret)


def test_every_refusal_says_the_same(orchard: Account) -> None:
    token, secret = create_token(account=orchard, name="a", scopes=[Scope.READ], actor=SYSTEM)
    revoke_token(token=token, actor=SYSTEM)
    said = set()
    for wrong in ("", "img000000000000_" + "A" * 43, secret[:-1] + "!", secret):
        with pytest.raises(InvalidToken) as caught:
            authenticate_token(wrong)
        said.add(str(caught.value))
    assert len(said) == 1


def test_use_is_noted_once_a_minute(orchard_token: str) -> None:
    authenticate_token(orchard_token)
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    with CaptureQueriesContext(connection) as queries:
        authenticate_token(orchard_token)
    assert len(queries) == 1, "no write per request"
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(seconds=61))
    authenticate_token(orchard_token)
    assert ApiToken.objects.filter(last_used_at__gte=first).exists()


def test_making_one_is_audited(orchard: Account) -> None:
    actor = Actor(address="192.0.2.7", request_id="abc")
    token, _ = create_token(account=orchard, name="blog", scopes=[Scope.EDIT], actor=actor)
    event = AuditEvent.objects.get(action="token.created")
    assert (event.account, event.object_id) == (orchard, token.prefix)
    assert event.detail == {"name": "blog", "scopes": ["images:edit"]}
    assert (event.address, event.request_id) == ("192.0.2.7", "abc")


@pytest.mark.parametrize(("name", "scopes"), [("", [Scope.READ]), ("x" * 101, [Scope.READ]), ("a", [])])
def test_refusals(orchard: Account, name: str, scopes: list[Scope]) -> None:
    with pytest.raises(ValidationError):
        create_token(account=orchard, name=name, scopes=scopes, actor=SYSTEM)
    assert not ApiToken.objects.exists()


def test_a_scope_nobody_knows(orchard: Account) -> None:
    with pytest.raises(ValueError, match="images:all"):
        create_token(account=orchard, name="a", scopes=["images:all"], actor=SYSTEM)  # type: ignore[list-item]  # as a caller may
