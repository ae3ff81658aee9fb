"""The images room as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class ImagesConfig(AppConfig):
    name = "apps.images"
