"""The delivery room as a Django application: it has no tables, only checks and a view."""

from __future__ import annotations

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "apps.delivery"
