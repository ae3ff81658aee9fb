"""People and accounts: made whole, with what other rooms seed, or not at all."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from apps.accounts import seeds
from apps.accounts.actor import SYSTEM, Actor
from apps.accounts.models import Account, AuditEvent, Member, Role, User
from apps.accounts.services import add_member, create_account, create_user
from apps.signing.models import SigningKey
from apps.variants.models import DeliveryPolicy, Variant

pytestmark = pytest.mark.django_db


def test_it_works(olive: User) -> None:
    account = create_account(name="Orchard", owner=olive, actor=Actor(user_id=olive.pk))
    assert list(Account.objects.of_member(olive)) == [account]
    assert Member.objects.get(account=account).is_owner
    event = AuditEvent.objects.get(account=account, action="account.created")
    assert (event.object_id, event.user, event.detail) == (account.public_id, olive, {"owner": olive.pk})


def test_it_is_seeded_by_the_rooms_above(orchard: Account) -> None:
    assert SigningKey.objects.get(account=orchard).name == "default"
    assert Variant.objects.get(account=orchard).name == "public"
    assert not DeliveryPolicy.objects.get(account=orchard).is_flexible


def test_a_seed_that_fails_fails_the_account(olive: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(account: Account) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(seeds, "_seeds", list(seeds._seeds))
    seeds.register(fail)
    with pytest.raises(ZeroDivisionError):
        create_account(name="Orchard", owner=olive, actor=SYSTEM)
    assert not Account.objects.exists()
    assert not Member.objects.exists()


@pytest.mark.parametrize("name", ["", "x" * 101])
def test_an_account_needs_a_name(olive: User, name: str) -> None:
    with pytest.raises(ValidationError):
        create_account(name=name, owner=olive, actor=SYSTEM)


def test_a_password_opens(db: None) -> None:
    user = create_user(email="Olive@EXAMPLE.com", password="four words of wood", name="Olive")
    assert user.email == "Olive@example.com"
    assert User.objects.get(pk=user.pk).check_password("four words of wood")
    assert User.objects.get_by_natural_key("olive@example.com") == user


def test_without_a_password_nobody_logs_in(db: None) -> None:
    assert not create_user(email="olive@example.com", password=None).has_usable_password()


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("", "four words of wood"),
        ("olive", "four words of wood"),
        ("OLIVE@example.com", "four words of wood"),
        ("new@example.com", "short"),
        ("new@example.com", "password123"),
    ],
)
def test_refused_people(olive: User, email: str, password: str) -> None:
    with pytest.raises(ValidationError):
        create_user(email=email, password=password)
    assert User.objects.count() == 1


def test_a_viewer_may_not_edit(orchard: Account, max_viewer: User, olive: User) -> None:
    member = Member.objects.get(account=orchard, user=max_viewer)
    assert (member.can_edit, member.is_owner) == (False, False)
    assert Member.objects.get(account=orchard, user=olive).can_edit
    assert AuditEvent.objects.get(action="member.added").detail == {"role": "viewer"}


def test_nobody_is_a_member_twice(orchard: Account, max_viewer: User) -> None:
    with pytest.raises(ValidationError):
        add_member(account=orchard, user=max_viewer, role=Role.OWNER, actor=SYSTEM)


def test_a_role_nobody_knows(orchard: Account, eve: User) -> None:
    with pytest.raises(ValidationError):
        add_member(account=orchard, user=eve, role="king", actor=SYSTEM)  # type: ignore[arg-type]  # as a form may
