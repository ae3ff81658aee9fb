"""The delivery room as a Django application: it has no tables, and tells who explains links."""

from __future__ import annotations

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "apps.delivery"

    def ready(self) -> None:
        from apps.delivery.explaining.explainer import explain
        from apps.images import explanation

        explanation.register(explain)
