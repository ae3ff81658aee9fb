"""The cdn room as a Django application: it tells the outbox how to purge."""

from __future__ import annotations

from django.apps import AppConfig


class CdnConfig(AppConfig):
    name = "apps.cdn"

    def ready(self) -> None:
        from apps.cdn import services
        from apps.outbox import registry

        registry.register(services.PURGE, services.purge, max_attempts=services.MAX_ATTEMPTS)
        registry.register(services.PURGE_AGAIN, services.purge_again, max_attempts=services.MAX_ATTEMPTS)
