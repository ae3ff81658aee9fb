"""The composition root as a Django application: whoever starts Django can nudge the worker."""

from __future__ import annotations

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "images_platform"

    def ready(self) -> None:
        # Without it `celery.current_app` would be one with no broker of ours.
        from images_platform import celery  # noqa: F401
