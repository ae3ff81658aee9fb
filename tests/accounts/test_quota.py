"""The image quota: exact, however many ask at once."""

from __future__ import annotations

import pytest

from apps.accounts.errors import QuotaExceeded
from apps.accounts.models import Account
from apps.accounts.services import give_back_image_quota, take_image_quota
from tests.together import run_together

pytestmark = pytest.mark.django_db


def used(account: Account) -> int:
    return Account.objects.get(pk=account.pk).images_used


def test_it_works(orchard: Account) -> None:
    take_image_quota(account=orchard)
    take_image_quota(account=orchard)
    give_back_image_quota(account=orchard)
    assert used(orchard) == 1


def test_the_last_place_is_the_last(orchard: Account) -> None:
    Account.objects.filter(pk=orchard.pk).update(images_limit=1)
    take_image_quota(account=orchard)
    with pytest.raises(QuotaExceeded, match="1 images") as caught:
        take_image_quota(account=orchard)
    assert caught.value.limit == 1
    assert used(orchard) == 1


def test_another_account_is_not_counted(orchard: Account, elsewhere: Account) -> None:
    take_image_quota(account=orchard)
    assert used(elsewhere) == 0


def test_what_was_not_taken_is_not_given_back(orchard: Account) -> None:
    give_back_image_quota(account=orchard)
    assert used(orchard) == 0


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_for_five_places(orchard: Account) -> None:
    Account.objects.filter(pk=orchard.pk).update(images_limit=5)
    outcomes = run_together(*[lambda: take_image_quota(account=orchard)] * 20)
    assert outcomes.count(None) == 5
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [QuotaExceeded] * 15
    assert used(orchard) == 5
