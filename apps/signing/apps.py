"""The signing room as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class SigningConfig(AppConfig):
    name = "apps.signing"
