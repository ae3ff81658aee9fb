"""The images room as a Django application: it tells the outbox which jobs it does."""

from __future__ import annotations

from django.apps import AppConfig


class ImagesConfig(AppConfig):
    name = "apps.images"

    def ready(self) -> None:
        from apps.images import checks  # noqa: F401  # registers itself
        from apps.images.services import deletion, files, render_ahead
        from apps.outbox import registry

        registry.register(files.REMOVE_FILE, files.remove_file)
        registry.register(deletion.RETIRE_IMAGE, deletion.retire_image)
        registry.register(render_ahead.RENDER_AHEAD, render_ahead.render_ahead, max_attempts=5)
