"""The headers that tell browsers and caches how long an answer may be kept, and under which keys. Pure."""

from __future__ import annotations

from dataclasses import dataclass

STALE_WHILE_REVALIDATE_SECONDS = 7200
SURROGATE_KEY_HEADER = "Surrogate-Key"  # For the cache in front of us only, which strips it.
NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """`is_shared`: a shared cache may keep the answer. `varies_by` are the request headers that shaped it."""

    max_age_seconds: int
    is_shared: bool
    varies_by: tuple[str, ...] = ()
    surrogate_keys: tuple[str, ...] = ()


def cache_headers(policy: CachePolicy) -> dict[str, str]:
    """Return the headers of an answer that may be kept; only a shared one has surrogate keys."""
    headers = {"Vary": ", ".join(policy.varies_by)} if policy.varies_by else {}
    if not policy.is_shared:
        # No stale answer either: what is private now may be forbidden in an hour.
        return {"Cache-Control": f"private, max-age={policy.max_age_seconds:d}"} | headers
    cache_control = (
        f"public, max-age={policy.max_age_seconds:d}, stale-while-revalidate={STALE_WHILE_REVALIDATE_SECONDS}"
    )
    keys = {SURROGATE_KEY_HEADER: " ".join(policy.surrogate_keys)} if policy.surrogate_keys else {}
    return {"Cache-Control": cache_control} | headers | keys
