"""The product itself: images (originals and what is known of them), their renditions, grants to upload."""

from apps.images.models.bulk import BulkAction, BulkChange
from apps.images.models.flight import Flight
from apps.images.models.grant import UploadGrant
from apps.images.models.host import DeliveryHost
from apps.images.models.image import Image
from apps.images.models.number import MetadataNumber
from apps.images.models.original import FormerOriginal
from apps.images.models.remote import RemoteSource
from apps.images.models.rendition import Rendition

__all__ = [
    "BulkAction",
    "BulkChange",
    "DeliveryHost",
    "Flight",
    "FormerOriginal",
    "Image",
    "MetadataNumber",
    "RemoteSource",
    "Rendition",
    "UploadGrant",
]
