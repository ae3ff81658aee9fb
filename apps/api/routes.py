"""The routes of the API, matched against the raw path: exact ones first, ids last."""

from __future__ import annotations

from django.urls import URLPattern, include, path, register_converter

from apps.api.authentication import BatchAuthentication
from apps.api.permissions import TokenScope
from apps.api.rate_limits import list_batch_limits
from apps.api.target import RestConverter, SegmentConverter
from apps.api.views.base import AccountView
from apps.api.views.binding import BindingInfo, BindingTransform
from apps.api.views.bulk import BulkDetail, BulkList
from apps.api.views.config import Config
from apps.api.views.content import Content, VersionList, VersionRestore
from apps.api.views.direct_upload import DirectUpload, DirectUploadV1, DirectUploadV2
from apps.api.views.documentation import show_document, show_reference
from apps.api.views.explain import Explain
from apps.api.views.hosts import HostList
from apps.api.views.image import ImageBlob, ImageDetail
from apps.api.views.images import ImageList, ImageStats
from apps.api.views.images_v2 import ImageListV2
from apps.api.views.keys import KeyDetail, KeyList
from apps.api.views.purges import PurgeDetail, PurgeList
from apps.api.views.signed_urls import SignedUrl
from apps.api.views.tokens import BatchToken, TokenVerification
from apps.api.views.trash import Restore, Trash
from apps.api.views.usage import Usage
from apps.api.views.variants import VariantDetail, VariantList

register_converter(SegmentConverter, "segment")
register_converter(RestConverter, "rest")

_images = [
    path("v1", ImageList.as_view()),
    path("v2", ImageListV2.as_view()),
    path("v2/direct_upload", DirectUploadV2.as_view()),
    path("v1/direct_upload", DirectUploadV1.as_view()),
    path("v1/batch_token", BatchToken.as_view()),
    path("v1/bulk", BulkList.as_view()),
    path("v1/bulk/<int:job_id>", BulkDetail.as_view()),
    path("v1/config", Config.as_view()),
    path("v1/hosts", HostList.as_view()),
    path("v1/info", BindingInfo.as_view()),
    path("v1/explain", Explain.as_view()),
    path("v1/keys", KeyList.as_view()),
    path("v1/keys/<segment:key_name>", KeyDetail.as_view()),
    path("v1/purge", PurgeList.as_view()),
    path("v1/purge/<int:job_id>", PurgeDetail.as_view()),
    path("v1/stats", ImageStats.as_view()),
    path("v1/transform", BindingTransform.as_view()),
    path("v1/trash", Trash.as_view()),
    path("v1/usage", Usage.as_view()),
    path("v1/variants", VariantList.as_view()),
    path("v1/variants/<segment:variant_id>", VariantDetail.as_view()),
    path("v1/<segment:image_id>/blob", ImageBlob.as_view()),
    path("v1/<segment:image_id>/content", Content.as_view()),
    path("v1/<segment:image_id>/restore", Restore.as_view()),
    path("v1/<segment:image_id>/versions", VersionList.as_view()),
    path("v1/<segment:image_id>/versions/<int:version>/restore", VersionRestore.as_view()),
    path("v1/<segment:image_id>/signed_url", SignedUrl.as_view()),
    path("v1/<segment:image_id>", ImageDetail.as_view()),
    path("v1/<rest:image_id>/blob", ImageBlob.as_view()),
    path("v1/<rest:image_id>", ImageDetail.as_view()),
]


def _batch(route: str, view: type[AccountView]) -> URLPattern:
    """Return a route without an account in its path: the batch token says whose it is."""
    in_batches = view.as_view(
        authentication_classes=[BatchAuthentication],
        permission_classes=[TokenScope],
        limits=list_batch_limits,
    )
    return path(route, in_batches, {"account_id": ""})


_batches = [
    _batch("v1", ImageList),
    _batch("v2", ImageListV2),
    _batch("v2/direct_upload", DirectUploadV2),
    _batch("v1/<segment:image_id>", ImageDetail),
    _batch("v1/<rest:image_id>", ImageDetail),
]
urlpatterns = [
    path("client/v4/openapi.json", show_document, name="document"),
    path("client/v4/docs", show_reference, name="reference"),
    path("client/v4/user/tokens/verify", TokenVerification.as_view()),
    path("client/v4/upload/<segment:account_hash>/<segment:secret>", DirectUpload.as_view(), name="upload"),
    path("client/v4/images/", include(_batches)),
    path("client/v4/accounts/<segment:account_id>/images/", include(_images)),
]
