"""What browsers and caches are told."""

from __future__ import annotations

from apps.cdn.headers import CachePolicy, cache_headers
from apps.cdn.keys import account_key, image_key, variant_key


def test_it_works() -> None:
    policy = CachePolicy(
        max_age_seconds=172_800,
        is_shared=True,
        varies_by=("Accept",),
        surrogate_keys=(account_key(1), image_key(2), variant_key(3)),
    )
    assert cache_headers(policy) == {
        "Cache-Control": "public, max-age=172800, stale-while-revalidate=7200",
        "Vary": "Accept",
        "Surrogate-Key": "a-1 i-2 v-3",
    }


def test_what_is_private_is_in_no_shared_cache() -> None:
    policy = CachePolicy(max_age_seconds=60, is_shared=False, varies_by=("Accept",), surrogate_keys=("i-2",))
    assert cache_headers(policy) == {"Cache-Control": "private, max-age=60", "Vary": "Accept"}


def test_nothing_is_said_without_need() -> None:
    headers = cache_headers(CachePolicy(max_age_seconds=60, is_shared=True))
    assert list(headers) == ["Cache-Control"]
