"""No cache in front of us: there is nothing to purge, so every purge is done."""

from __future__ import annotations

from apps.cdn.backends.request import PurgeRequest


class NullBackend:
    settle_seconds = 0.0

    def purge(self, request: PurgeRequest) -> None:
        return
