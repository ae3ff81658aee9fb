"""The cdn room as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class CdnConfig(AppConfig):
    name = "apps.cdn"
