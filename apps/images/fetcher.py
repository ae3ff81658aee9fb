"""The fetcher as this room asks it: what the operator allows, within what an account may send."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from apps.fetching.addresses import AddressPolicy
from apps.fetching.fetcher import Fetcher, FetchLimits

_USER_AGENT = "images-platform"
# A request that carries this comes from a server like this one.
_VIA = "1.1 images-platform"


def is_from_ourselves(via: str) -> bool:
    """Whether a request with this Via header comes from a fetcher like ours."""
    return _VIA.partition(" ")[2] in via.lower()


def find_fetcher() -> Fetcher:
    """Return the process's one fetcher, whose slots all threads share."""
    policy = AddressPolicy(allowed=settings.FETCH_ALLOWED_NETWORKS, denied=settings.FETCH_DENIED_NETWORKS)
    limits = FetchLimits(
        total_seconds=settings.FETCH_SECONDS, ports=settings.FETCH_PORTS, at_once=settings.FETCH_AT_ONCE
    )
    return _make_fetcher(policy, limits)


@lru_cache(maxsize=1)
def _make_fetcher(policy: AddressPolicy, limits: FetchLimits) -> Fetcher:
    return Fetcher(user_agent=_USER_AGENT, via=_VIA, policy=policy, limits=limits)
