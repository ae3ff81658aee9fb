"""Which dialect the cache in front understands, as the settings say."""

from __future__ import annotations

from django.conf import settings

from apps.cdn.headers import SURROGATE_KEY, Dialect

_CLOUDFLARE = Dialect(key_header="Cache-Tag", separator=",", is_addressed=True)
_CLOUDFLARE_WITHOUT_VARY = Dialect(
    key_header="Cache-Tag", separator=",", is_addressed=True, is_heeding_vary=False
)


def find_dialect() -> Dialect:
    """Return how the cache of PURGE_BACKEND is to be spoken to."""
    if settings.PURGE_BACKEND != "cloudflare":
        return SURROGATE_KEY
    return _CLOUDFLARE if settings.CLOUDFLARE_HEEDS_VARY else _CLOUDFLARE_WITHOUT_VARY
