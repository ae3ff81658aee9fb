"""The audit trail: no change without its event, no event without its change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DataError, models

from apps.accounts.actor import SYSTEM, Actor
from apps.accounts.batch_tokens import create_batch_token
from apps.accounts.models import Account, ApiToken, AuditEvent, Member, Role, Scope, User
from apps.accounts.services import add_member, create_account, record_event, set_limits
from apps.accounts.tokens import create_token, revoke_token
from apps.outbox.models import Job
from apps.signing.models import SigningKey
from apps.signing.services import (
    create_signing_key,
    delete_signing_key,
    put_signing_key,
    reveal_values,
    rotate_signing_key,
)
from apps.variants.models import DeliveryPolicy, Variant
from apps.variants.services import create_variant, delete_variant, edit_variant, set_delivery_policy

pytestmark = pytest.mark.django_db
# An actor the audit table cannot hold: a request id is 64 characters at most.
UNRECORDABLE = Actor(request_id="x" * 65)

WRITES: dict[str, Callable[[Account, User, Actor], object]] = {
    "create_account": lambda account, user, actor: create_account(name="New", owner=user, actor=actor),
    "add_member": lambda account, user, actor: add_member(
        account=account, user=user, role=Role.VIEWER, actor=actor
    ),
    "create_token": lambda account, user, actor: create_token(
        account=account, name="a", scopes=[Scope.READ], actor=actor
    ),
    "revoke_token": lambda account, user, actor: revoke_token(token=account.tokens.get(), actor=actor),
    "create_batch_token": lambda account, user, actor: create_batch_token(
        token=account.tokens.get(), actor=actor
    ),
    "set_limits": lambda account, user, actor: set_limits(account=account, images=7, actor=actor),
    "create_signing_key": lambda account, user, actor: create_signing_key(
        account=account, name="next", actor=actor
    ),
    "put_signing_key": lambda account, user, actor: put_signing_key(
        account=account, name="default", actor=actor
    ),
    "reveal_values": lambda account, user, actor: reveal_values(account=account, actor=actor),
    "rotate_signing_key": lambda account, user, actor: rotate_signing_key(
        account=account, name="default", actor=actor
    ),
    "delete_signing_key": lambda account, user, actor: delete_signing_key(
        account=account, name="default", actor=actor
    ),
    "create_variant": lambda account, user, actor: create_variant(
        account=account, name="b", options={"width": 1}, actor=actor
    ),
    "edit_variant": lambda account, user, actor: edit_variant(
        variant=account.variants.get(name="a"), options={"width": 2}, actor=actor
    ),
    "delete_variant": lambda account, user, actor: delete_variant(
        variant=account.variants.get(name="a"), actor=actor
    ),
    "set_delivery_policy": lambda account, user, actor: set_delivery_policy(
        account=account, is_flexible=True, actor=actor
    ),
}


def all_rows() -> list[tuple[object, ...]]:
    kinds: list[type[models.Model]] = [
        Account, Member, ApiToken, AuditEvent, Job, SigningKey, Variant, DeliveryPolicy,
    ]  # fmt: skip
    return [row for kind in kinds for row in kind._default_manager.order_by("pk").values_list()]


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
@pytest.mark.usefixtures("orchard_token")
def test_every_write_fails_with_its_audit(
    orchard: Account, eve: User, write: Callable[[Account, User, Actor], object]
) -> None:
    create_variant(account=orchard, name="a", options={"width": 1}, actor=SYSTEM)
    before = all_rows()
    with pytest.raises(DataError):
        write(orchard, eve, UNRECORDABLE)
    assert all_rows() == before
    write(orchard, eve, SYSTEM)
    assert all_rows() != before


@pytest.mark.django_db(transaction=True)
def test_an_event_alone_is_refused(orchard: Account) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        record_event(account=orchard, actor=SYSTEM, action="pear.picked", object_id="7")
