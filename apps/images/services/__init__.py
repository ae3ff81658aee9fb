"""What can be done with images; nothing else writes this room's rows."""

from apps.images.services.access import set_access
from apps.images.services.budget import note_uses
from apps.images.services.bulk import BULK, start_bulk
from apps.images.services.composing import compose_picture, inspect_picture
from apps.images.services.deletion import delete_image
from apps.images.services.editing import edit_image
from apps.images.services.fetch import fetch_image, fetch_original
from apps.images.services.flights import (
    claim_flight,
    find_flights,
    land_flight,
    make_digest,
    renew_flights,
)
from apps.images.services.focus import keep_focal_points
from apps.images.services.grants import find_grant, grant_upload, lease_grant, receive_upload
from apps.images.services.hosts import add_host, remove_host
from apps.images.services.policy import change_delivery_policy
from apps.images.services.purging import purge_caches
from apps.images.services.remote import bring_source
from apps.images.services.renditions import find_rendition, forget_rendition, store_rendition
from apps.images.services.replacing import replace_original, restore_original
from apps.images.services.trash import empty_trash, restore_image
from apps.images.services.upload import upload_image

__all__ = [
    "BULK",
    "add_host",
    "bring_source",
    "change_delivery_policy",
    "claim_flight",
    "compose_picture",
    "delete_image",
    "edit_image",
    "empty_trash",
    "fetch_image",
    "fetch_original",
    "find_flights",
    "find_grant",
    "find_rendition",
    "forget_rendition",
    "grant_upload",
    "inspect_picture",
    "keep_focal_points",
    "land_flight",
    "lease_grant",
    "make_digest",
    "note_uses",
    "purge_caches",
    "receive_upload",
    "remove_host",
    "renew_flights",
    "replace_original",
    "restore_image",
    "restore_original",
    "set_access",
    "start_bulk",
    "store_rendition",
    "upload_image",
]
