"""The signing room as a Django application: every new account gets a key."""

from __future__ import annotations

from django.apps import AppConfig


class SigningConfig(AppConfig):
    name = "apps.signing"

    def ready(self) -> None:
        from apps.accounts import seeds
        from apps.signing import checks, services  # noqa: F401  # checks register themselves

        seeds.register(services.seed_account)
