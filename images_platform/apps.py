"""The composition root as a Django application: whoever starts Django can nudge the worker."""

from __future__ import annotations

from contextlib import suppress

from django.apps import AppConfig
from django.conf import settings


class PlatformConfig(AppConfig):
    name = "images_platform"

    def ready(self) -> None:
        # Without it `celery.current_app` would be one with no broker of ours.
        from images_platform import celery  # noqa: F401
        from images_platform.data_folder import make_data_folder

        with suppress(OSError):  # the checks that follow say in words what cannot be used
            make_data_folder(settings.DATA_DIR)
