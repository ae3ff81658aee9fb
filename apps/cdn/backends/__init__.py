"""The caches that can be told of purges: one module each, chosen by the setting PURGE_BACKEND."""

from __future__ import annotations

from collections.abc import Callable

from apps.cdn.backends.cloudflare import CloudflareBackend
from apps.cdn.backends.null import NullBackend
from apps.cdn.backends.request import PurgeBackend, PurgeRequest
from apps.cdn.backends.varnish import VarnishBackend

__all__ = ["BACKENDS", "PurgeBackend", "PurgeRequest"]

BACKENDS: dict[str, Callable[[], PurgeBackend]] = {
    "null": NullBackend,
    "varnish": VarnishBackend,
    "cloudflare": CloudflareBackend,
}
