"""Keeping an image's focal points, so that the next render need not look for them."""

from __future__ import annotations

import logging

from django.db import DatabaseError, transaction

from apps.images.models import Image
from apps.images.sources import read_focal_points
from apps.imaging.geometry.focus import FocalPoints

logger = logging.getLogger(__name__)


def keep_focal_points(*, image_pk: int, image_version: int, found: FocalPoints) -> None:
    """Add what a render found to what is known of an image that has not changed since.

    It is a hint: nothing that was made with it becomes another picture, so the version stays. When somebody
    else holds the row or the database fails, the next render finds the same.
    """
    try:
        with transaction.atomic():
            images = Image.everything.live().filter(pk=image_pk, version=image_version)
            image = images.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
            if image is not None:
                image.focal_points = str(read_focal_points(image.focal_points).join(found))
                image.save(update_fields=["focal_points"])
    except DatabaseError as error:
        logger.warning("The focal points of image %d were not kept: %s", image_pk, error)
