"""An account's signing keys: at most two, encrypted in the row, dead at once when rotated or deleted."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, AuditEvent
from apps.signing.errors import BadKeyName, SigningKeyExists, SigningKeyNotFound, TooManySigningKeys
from apps.signing.models import SigningKey
from apps.signing.services import (
    create_signing_key,
    delete_signing_key,
    reveal_value,
    rotate_signing_key,
)
from tests.together import run_together

pytestmark = pytest.mark.django_db


def names(account: Account) -> list[str]:
    return list(SigningKey.objects.in_account(account).values_list("name", flat=True))


def test_it_works(orchard: Account) -> None:
    key = create_signing_key(account=orchard, name="Next2", actor=SYSTEM)
    assert names(orchard) == ["default", "Next2"]
    value = reveal_value(SigningKey.objects.get(pk=key.pk))
    assert len(value) == 32
    assert value.isascii()
    assert value.isalnum()
    assert value not in key.encrypted_value
    assert AuditEvent.objects.filter(action="signing_key.created", object_id="Next2").exists()


def test_rotating_replaces_the_value(orchard: Account) -> None:
    before = reveal_value(SigningKey.objects.get(account=orchard))
    rotate_signing_key(account=orchard, name="default", actor=SYSTEM)
    key = SigningKey.objects.get(account=orchard)
    assert reveal_value(key) != before
    assert key.rotated_at is not None
    [event] = AuditEvent.objects.filter(action="signing_key.rotated")
    assert reveal_value(key) not in str(event.detail)


def test_deleting(orchard: Account) -> None:
    create_signing_key(account=orchard, name="next", actor=SYSTEM)
    delete_signing_key(account=orchard, name="default", actor=SYSTEM)
    assert names(orchard) == ["next"]


def test_after_the_last_a_fresh_default_is_made(orchard: Account) -> None:
    before = reveal_value(SigningKey.objects.get(account=orchard))
    delete_signing_key(account=orchard, name="default", actor=SYSTEM)
    assert names(orchard) == ["default"]
    assert reveal_value(SigningKey.objects.get(account=orchard)) != before


@pytest.mark.parametrize("name", ["", "a-b", "a_b", "a b", "x" * 21, "\u00fc", "\u0664", "a\n", "a\x00"])
def test_bad_names(orchard: Account, name: str) -> None:
    with pytest.raises(BadKeyName, match="20"):
        create_signing_key(account=orchard, name=name, actor=SYSTEM)


def test_a_taken_name(orchard: Account, elsewhere: Account) -> None:
    with pytest.raises(SigningKeyExists, match="default"):
        create_signing_key(account=orchard, name="default", actor=SYSTEM)


def test_two_are_enough(orchard: Account) -> None:
    create_signing_key(account=orchard, name="next", actor=SYSTEM)
    with pytest.raises(TooManySigningKeys, match="2"):
        create_signing_key(account=orchard, name="third", actor=SYSTEM)


def test_another_account_s_key_is_not_found(orchard: Account, elsewhere: Account) -> None:
    create_signing_key(account=elsewhere, name="theirs", actor=SYSTEM)
    with pytest.raises(SigningKeyNotFound):
        rotate_signing_key(account=orchard, name="theirs", actor=SYSTEM)
    with pytest.raises(SigningKeyNotFound):
        delete_signing_key(account=orchard, name="theirs", actor=SYSTEM)
    assert names(elsewhere) == ["default", "theirs"]


@pytest.mark.django_db(transaction=True)
def test_two_are_enough_for_many_at_once(orchard: Account) -> None:
    outcomes = run_together(
        *[
            lambda number=number: create_signing_key(account=orchard, name=f"k{number}", actor=SYSTEM)
            for number in range(8)
        ]
    )
    assert sum(isinstance(outcome, SigningKey) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, TooManySigningKeys) for outcome in outcomes) == 7


def test_rotate_signing_key_command(orchard: Account) -> None:
    out = io.StringIO()
    call_command("rotate_signing_key", orchard.public_id, stdout=out)
    assert out.getvalue().strip() == reveal_value(SigningKey.objects.get(account=orchard))


@pytest.mark.parametrize("arguments", [["nobody"], ["", "--name", "pear"]])
def test_command_refusals(orchard: Account, arguments: list[str]) -> None:
    account_id, *options = arguments
    with pytest.raises(CommandError):
        call_command("rotate_signing_key", account_id or orchard.public_id, *options)
