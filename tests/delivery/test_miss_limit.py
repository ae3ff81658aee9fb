"""The miss limit: a bucket for each client, for the public internet's only."""

from __future__ import annotations

import pytest

from apps.delivery.clients import find_client, find_customer
from apps.delivery.misses import MissLimit
from apps.delivery.refusals import TooManyMisses
from tests.delivery.test_flights import Clock


def take(limit: MissLimit, client: str = "9.9.9.9") -> int:
    """Return how many misses the client gets."""
    for count in range(100):
        try:
            limit.take(client)
        except TooManyMisses:
            return count
    return 100


def test_it_works() -> None:
    clock = Clock()
    limit = MissLimit(6, clock=clock)
    assert take(limit) == 6
    clock.now += 9.9
    assert take(limit) == 0
    clock.now += 0.2
    assert take(limit) == 1
    clock.now += 3600
    assert take(limit) == 6  # a quiet hour saves up no more


def test_it_says_when_the_next_may_be_had() -> None:
    clock = Clock()
    limit = MissLimit(6, clock=clock)
    take(limit)
    clock.now += 2.5
    with pytest.raises(TooManyMisses) as refused:
        limit.take("9.9.9.9")
    assert refused.value.retry_after_seconds == 8
    clock.now += 8
    limit.take("9.9.9.9")


def test_clients_have_buckets_of_their_own() -> None:
    limit = MissLimit(6, clock=Clock())
    assert take(limit, "9.9.9.9") == take(limit, "9.9.9.8") == 6
    assert take(limit, "2620:fe::9") == 6
    assert take(limit, "2620:fe::dead:beef") == 0  # one customer has all of its network
    assert take(limit, "::ffff:9.9.9.9") == 0
    assert take(limit, "2620:fe:0:1::9") == 6


@pytest.mark.parametrize("client", ["", "127.0.0.1", "::1", "10.1.2.3", "192.168.0.7", "fd00::1", "unix:"])
def test_whoever_is_not_of_the_public_internet_is_not_counted(client: str) -> None:
    assert take(MissLimit(1, clock=Clock()), client) == 100
    assert not find_customer(client)


def test_no_limit_is_none() -> None:
    assert take(MissLimit(0)) == 100


def test_memory_is_bounded_and_forgets_who_asked_longest_ago() -> None:
    limit = MissLimit(1, clients=2, clock=Clock())
    limit.take("9.0.0.1")
    limit.take("9.0.0.2")
    assert take(limit, "9.0.0.1") == 0
    limit.take("9.0.0.3")
    assert take(limit, "9.0.0.1") == take(limit, "9.0.0.3") == 0
    assert take(limit, "9.0.0.2") == 1


@pytest.mark.parametrize(
    ("trusted", "forwarded_for", "found"),
    [
        (0, "9.9.9.9", "10.0.0.1"),
        (1, "6.6.6.6, 9.9.9.9", "9.9.9.9"),
        (2, "6.6.6.6, 9.9.9.9, 10.0.0.2", "9.9.9.9"),
        (2, "9.9.9.9", "10.0.0.1"),
        (1, "nonsense", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_a_client_is_who_the_outermost_trusted_proxy_saw(
    trusted: int, forwarded_for: str, found: str
) -> None:
    assert find_client("10.0.0.1", forwarded_for, trusted_proxies=trusted) == found
