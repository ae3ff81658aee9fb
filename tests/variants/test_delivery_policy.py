"""What an account allows beyond its variants."""

from __future__ import annotations

import pytest

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, AuditEvent
from apps.cdn.keys import account_key
from apps.cdn.services import PURGE
from apps.outbox.models import Job
from apps.variants.errors import BadBrowserTtl
from apps.variants.models import DeliveryPolicy
from apps.variants.services import set_delivery_policy

pytestmark = pytest.mark.django_db


def test_it_works(orchard: Account, elsewhere: Account) -> None:
    policy, purge = set_delivery_policy(
        account=orchard, is_flexible=True, browser_ttl_seconds=3600, actor=SYSTEM
    )
    policy.refresh_from_db()
    assert (policy.is_flexible, policy.browser_ttl_seconds, purge) == (True, 3600, "done")
    assert not DeliveryPolicy.objects.get(account=elsewhere).is_flexible
    assert Job.objects.get(kind=PURGE).payload["keys"] == [account_key(orchard.pk)]
    assert AuditEvent.objects.filter(account=orchard, action="delivery_policy.changed").exists()


def test_what_is_not_given_is_left(orchard: Account) -> None:
    set_delivery_policy(account=orchard, is_flexible=True, actor=SYSTEM)
    policy, _ = set_delivery_policy(account=orchard, browser_ttl_seconds=7200, actor=SYSTEM)
    assert (policy.is_flexible, policy.browser_ttl_seconds) == (True, 7200)


def test_no_change_is_no_change(orchard: Account) -> None:
    _, purge = set_delivery_policy(
        account=orchard, is_flexible=False, browser_ttl_seconds=172_800, actor=SYSTEM
    )
    assert purge == "done"
    assert not Job.objects.exists()


@pytest.mark.parametrize("switch", ["has_stable_ids", "has_private_custom_ids"])
def test_what_no_cache_sees_purges_nothing(orchard: Account, switch: str) -> None:
    policy, purge = set_delivery_policy(account=orchard, **{switch: True}, actor=SYSTEM)
    assert (getattr(policy, switch), purge) == (True, "done")
    assert not Job.objects.exists()
    assert AuditEvent.objects.get(action="delivery_policy.changed").detail == {switch: True}


@pytest.mark.parametrize("seconds", [0, 3599, 31_536_001])
def test_a_lifetime_out_of_range(orchard: Account, seconds: int) -> None:
    with pytest.raises(BadBrowserTtl):
        set_delivery_policy(account=orchard, browser_ttl_seconds=seconds, actor=SYSTEM)
