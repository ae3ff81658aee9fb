"""The variants room as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class VariantsConfig(AppConfig):
    name = "apps.variants"
