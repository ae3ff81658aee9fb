"""The images room as a Django application: it tells the outbox which jobs it does, and reviews variants."""

from __future__ import annotations

from django.apps import AppConfig


class ImagesConfig(AppConfig):
    name = "apps.images"

    def ready(self) -> None:
        from apps.images import checks  # noqa: F401  # registers itself
        from apps.images.services import (
            budget,
            bulk,
            deletion,
            describing,
            files,
            grants,
            mezzanines,
            overlays,
            quota,
            render_ahead,
        )
        from apps.outbox import registry
        from apps.variants import reviews

        registry.register(files.REMOVE_FILE, files.remove_file)
        registry.register(deletion.RETIRE_IMAGE, deletion.retire_image)
        registry.register(describing.DESCRIBE_ALL, describing.describe_slice)
        registry.register(budget.EVICT, budget.evict_slice)
        registry.register(bulk.BULK, bulk.run_slice)
        registry.register(grants.EXPIRE_GRANT, grants.expire_grant)
        registry.register(quota.RELEASE_QUOTA, quota.release_quota)
        reviews.register(overlays.review_overlays)
        for kind, render in (
            (describing.DESCRIBE, describing.describe),
            (mezzanines.RENDER_MEZZANINE, mezzanines.render_mezzanine),
            (render_ahead.RENDER_AHEAD, render_ahead.render_ahead),
        ):
            lease_seconds = render_ahead.longest_seconds()
            registry.register(kind, render, max_attempts=5, lease_seconds=lease_seconds)
