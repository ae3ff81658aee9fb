"""The focal point somebody chose: what every cut around a subject keeps, whatever renders find in the pixels.

It stands with what they found (focus.py), and makes other pictures of those there are: so it bumps the
version. It is the original's, and leaves with it when other bytes take its place.
"""

from __future__ import annotations

from dataclasses import replace

from apps.accounts.actor import Actor
from apps.accounts.services import record_event
from apps.cdn.keys import image_key
from apps.cdn.services import request_purge
from apps.images.models import Image
from apps.images.services.render_ahead import plan_render_ahead
from apps.images.sources import read_focal_points
from apps.imaging.geometry.focus import Area
from apps.outbox.models import Job


def change_focal_point(*, locked: Image, point: Area | None, actor: Actor) -> Job | None:
    """Keep what somebody chose of a locked image, None to have it found again by renders.

    Returns the purge to finish after the commit, None where nothing changed.
    """
    known = read_focal_points(locked.focal_points)
    if known.chosen == point:
        return None
    locked.focal_points = str(replace(known, chosen=point))
    locked.version += 1
    locked.save(update_fields=["focal_points", "version"])
    detail = {name: value and str(value) for name, value in (("was", known.chosen), ("is", point))}
    record_event(
        account=locked.account,
        actor=actor,
        action="image.focal_point_changed",
        object_id=locked.public_id,
        detail=detail,
    )
    if not locked.is_draft:
        plan_render_ahead(image=locked)
    return request_purge(account=locked.account, keys=[image_key(locked.pk)], reason="focal point changed")
