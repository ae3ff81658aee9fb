"""The variants room as a Django application: every new account gets a variant and a policy."""

from __future__ import annotations

from django.apps import AppConfig


class VariantsConfig(AppConfig):
    name = "apps.variants"

    def ready(self) -> None:
        from apps.accounts import seeds
        from apps.variants import services

        seeds.register(services.seed_account)
