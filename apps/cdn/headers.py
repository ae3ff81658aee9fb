"""The headers that tell browsers and caches how long an answer may be kept, and under which keys. Pure."""

from __future__ import annotations

from dataclasses import dataclass

STALE_WHILE_REVALIDATE_SECONDS = 7200
NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """`is_shared`: a shared cache may keep the answer. `varies_by` are the request headers that shaped it.

    What `is_passing` is not to be shown once it is stale: something better is on its way.
    """

    max_age_seconds: int
    is_shared: bool
    varies_by: tuple[str, ...] = ()
    surrogate_keys: tuple[str, ...] = ()
    is_passing: bool = False


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the cache in front, which strips what is for it only, wants to be told of surrogate keys.

    `is_addressed`: it is told its lifetime in CDN-Cache-Control (RFC 9213), apart from browsers. A cache that
    is not `is_heeding_vary` would hand one browser's format to all: it may not keep what was negotiated.
    """

    key_header: str = "Surrogate-Key"
    separator: str = " "
    is_addressed: bool = False
    is_heeding_vary: bool = True


SURROGATE_KEY = Dialect()


def cache_headers(policy: CachePolicy, dialect: Dialect = SURROGATE_KEY) -> dict[str, str]:
    """Return the headers of an answer that may be kept; only a shared one has surrogate keys."""
    headers = {"Vary": ", ".join(policy.varies_by)} if policy.varies_by else {}
    if not policy.is_shared:
        # No stale answer either: what is private now may be forbidden in an hour.
        return {"Cache-Control": f"private, max-age={policy.max_age_seconds:d}"} | headers
    lifetime = f"public, max-age={policy.max_age_seconds:d}"
    # Said even where it is 0: caches have a grace of their own otherwise.
    stale_seconds = 0 if policy.is_passing else STALE_WHILE_REVALIDATE_SECONDS
    headers["Cache-Control"] = f"{lifetime}, stale-while-revalidate={stale_seconds}"
    if dialect.is_addressed:
        is_kept = dialect.is_heeding_vary or not policy.varies_by
        headers["CDN-Cache-Control"] = lifetime if is_kept else "no-store"
    if policy.surrogate_keys:
        headers[dialect.key_header] = dialect.separator.join(policy.surrogate_keys)
    return headers
