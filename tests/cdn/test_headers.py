"""What browsers and caches are told."""

from __future__ import annotations

from typing import Any

import pytest

from apps.cdn.dialect import find_dialect
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


@pytest.mark.parametrize(
    ("is_heeding_vary", "varies_by", "cdn_cache_control"),
    [
        (True, ("Accept",), "public, max-age=60"),
        (False, (), "public, max-age=60"),
        (False, ("Accept",), "no-store"),
    ],
)
def test_cloudflare_is_told_apart_from_browsers(
    settings: Any, is_heeding_vary: bool, varies_by: tuple[str, ...], cdn_cache_control: str
) -> None:
    """One that keeps a single copy for all browsers must not keep what was made for one kind of them."""
    settings.PURGE_BACKEND, settings.CLOUDFLARE_HEEDS_VARY = "cloudflare", is_heeding_vary
    policy = CachePolicy(60, is_shared=True, varies_by=varies_by, surrogate_keys=("a-1", "i-2"))
    headers = cache_headers(policy, find_dialect())
    assert headers["CDN-Cache-Control"] == cdn_cache_control
    assert headers["Cache-Tag"] == "a-1,i-2"
    assert headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=7200"
    assert "Surrogate-Key" not in headers


def test_cloudflare_is_told_nothing_of_what_is_private(settings: Any) -> None:
    settings.PURGE_BACKEND = "cloudflare"
    policy = CachePolicy(60, is_shared=False, varies_by=("Accept",), surrogate_keys=("i-2",))
    assert cache_headers(policy, find_dialect()) == {"Cache-Control": "private, max-age=60", "Vary": "Accept"}
