"""What can be done with signing keys. A key that was rotated or deleted is dead at once: links are verified
against the rows."""

from __future__ import annotations

import re
import secrets
import string

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts.actor import SYSTEM, Actor
from apps.accounts.models import Account
from apps.accounts.services import record_event
from apps.signing.errors import BadKeyName, SigningKeyExists, SigningKeyNotFound, TooManySigningKeys
from apps.signing.models import SigningKey
from apps.signing.secrets import decrypt_value, encrypt_value

DEFAULT_NAME = "default"
_NAME = re.compile(r"[A-Za-z0-9]{1,20}", re.ASCII)
_VALUE_CHARACTERS = string.ascii_letters + string.digits
_VALUE_LENGTH = 32  # 190 bits


def create_signing_key(*, account: Account, name: str, actor: Actor) -> SigningKey:
    """Make a key with a fresh value; raises BadKeyName, SigningKeyExists or TooManySigningKeys."""
    if not _NAME.fullmatch(name):
        raise BadKeyName
    with transaction.atomic():
        locked = _lock(account)
        names = set(SigningKey.objects.in_account(account).values_list("name", flat=True))
        if name in names:
            raise SigningKeyExists(name)
        if len(names) >= locked.signing_keys_limit:
            raise TooManySigningKeys(locked.signing_keys_limit)
        key = SigningKey.objects.create(account=account, name=name, encrypted_value=_make_value())
        record_event(account=account, actor=actor, action="signing_key.created", object_id=name)
    return key


def rotate_signing_key(*, account: Account, name: str, actor: Actor) -> SigningKey:
    """Give a key a new value; links signed with the old one die. Raises SigningKeyNotFound."""
    with transaction.atomic():
        _lock(account)
        key = SigningKey.objects.in_account(account).filter(name=name).first()
        if key is None:
            raise SigningKeyNotFound(name)
        key.encrypted_value = _make_value()
        key.rotated_at = timezone.now()
        key.save(update_fields=["encrypted_value", "rotated_at"])
        record_event(account=account, actor=actor, action="signing_key.rotated", object_id=name)
    return key


def put_signing_key(*, account: Account, name: str, actor: Actor) -> SigningKey:
    """Rotate the key of this name, or make it; raises BadKeyName or TooManySigningKeys."""
    with transaction.atomic():
        _lock(account)
        if SigningKey.objects.in_account(account).filter(name=name).exists():
            return rotate_signing_key(account=account, name=name, actor=actor)
        return create_signing_key(account=account, name=name, actor=actor)


def delete_signing_key(*, account: Account, name: str, actor: Actor) -> None:
    """Delete a key; after the last one a fresh `default` is made, as the wire contract has it (§2.8)."""
    with transaction.atomic():
        _lock(account)
        deleted, _ = SigningKey.objects.in_account(account).filter(name=name).delete()
        if not deleted:
            raise SigningKeyNotFound(name)
        record_event(account=account, actor=actor, action="signing_key.deleted", object_id=name)
        if not SigningKey.objects.in_account(account).exists():
            create_signing_key(account=account, name=DEFAULT_NAME, actor=actor)


def reveal_values(*, account: Account, actor: Actor) -> dict[str, str]:
    """Return every key's value by its name, and write down who has seen them: a value signs any link."""
    with transaction.atomic():
        keys = {key.name: reveal_value(key) for key in SigningKey.objects.in_account(account)}
        record_event(
            account=account,
            actor=actor,
            action="signing_keys.read",
            object_id=account.public_id,
            detail={"names": list(keys)},
        )
    return keys


def reveal_value(key: SigningKey) -> str:
    """Return the value in clear, for its owner; raises UnreadableSecret."""
    return decrypt_value(key.encrypted_value, settings.FIELD_KEYS)


def seed_account(account: Account) -> None:
    """Every account starts with one key."""
    create_signing_key(account=account, name=DEFAULT_NAME, actor=SYSTEM)


def _lock(account: Account) -> Account:
    """Return the account as it is now; whoever else changes its keys waits for this transaction."""
    return Account.objects.select_for_update(no_key=True).get(pk=account.pk)


def _make_value() -> str:
    value = "".join(secrets.choice(_VALUE_CHARACTERS) for _ in range(_VALUE_LENGTH))
    return encrypt_value(value, settings.FIELD_KEYS)
