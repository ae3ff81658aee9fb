"""The one table from what goes wrong to what the wire says: status, code and text (catalogue §2.7).

Domain rooms know no status; whatever they raise ends here. A test fails when a leaf of their trees, or of
ours, has no row. What is not in the table is our fault: it is logged, and told without its internals.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from apps.accounts import errors as accounts
from apps.api import refusals
from apps.api.envelope import Note, wrap
from apps.fetching import errors as fetching
from apps.images import errors as images
from apps.imaging import errors as imaging
from apps.imaging.source import SourceFormat
from apps.signing import errors as signing
from apps.variants import errors as variants

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Row:
    """`text` may quote the error with `{error}`."""

    status: int
    code: int
    text: str = "{error}"
    headers: Mapping[str, str] = field(default_factory=dict)


BAD_TOKEN = {"WWW-Authenticate": "Bearer"}
# The SDKs repeat 409 twice more unless told not to (catalogue §0.5): an upload would be sent three times.
_NO_RETRY = {"x-should-retry": "false"}
SOON = {"Retry-After": "1"}
_SERVER_ERROR = "Internal Server Error"
_UNAVAILABLE = "Server Unavailable"
NO_ROUTE = Row(404, 7003, "Could not route to this path: no route for the URI")
FAULT = Row(500, 5500, f"{_SERVER_ERROR} (request {{error}})")
BAD_REQUEST = Row(400, 5400, "Bad request: the Host header or another part of the request cannot be accepted")
_TYPES = ", ".join(known.content_type for known in SourceFormat)
_WRONG_TYPE = f"Uploaded image must have {_TYPES} content: {{error}}"
_THROTTLED = "Please wait and consider throttling your request speed: {error}"
_NOT_A_FORM = (
    "Images must be uploaded as a form, not as raw image data. Please use multipart/form-data format"
)
_NOT_FETCHED = "Could not fetch the image: {error}"
_CUSTOM_ID = (
    "The Custom ID is invalid. Custom IDs can include 1024 characters or less, any number of subpaths, and "
    "support the UTF-8 encoding standard for characters. Enter a new Custom ID and try again: {error}"
)

TABLE: dict[type[Exception], Row] = {
    # What this face refuses by itself.
    refusals.NoToken: Row(401, 10000, "Authentication error: {error}", BAD_TOKEN),
    refusals.NotAllowed: Row(403, 10000, "Authentication error"),
    refusals.TooManyRequests: Row(429, 5429, _THROTTLED),
    refusals.BulkNotFound: Row(404, 5404),
    refusals.PurgeNotFound: Row(404, 5404),
    refusals.NotAForm: Row(415, 5415, _NOT_A_FORM),
    refusals.NotJson: Row(415, 5415),
    refusals.EncodedBody: Row(415, 5415),
    refusals.BadForm: Row(400, 5400, "Bad request: {error}"),
    refusals.BadJson: Row(400, 5400, "Bad request: {error}"),
    refusals.BadPart: Row(400, 5400, "Bad request: {error}"),
    refusals.PictureConsumed: Row(400, 9525),
    refusals.OutputNotOffered: Row(415, 9520),
    refusals.BodyTooLarge: Row(413, 7011, "Request entity is too large: {error}"),
    refusals.BodyTooSlow: Row(408, 5408, "Client was sending upload too slowly", _NO_RETRY),
    refusals.BodyCutShort: Row(400, 5433, "Request has been aborted by the client"),
    exceptions.MethodNotAllowed: Row(405, 10405, "{error}"),
    # accounts
    accounts.InvalidToken: Row(401, 1000, "Invalid API Token", BAD_TOKEN),
    accounts.QuotaExceeded: Row(403, 5453, "The given account has reached a service limit: {error}"),
    # images
    images.ImageNotFound: Row(404, 5404),
    images.VersionNotFound: Row(404, 5404),
    images.ImageExists: Row(409, 5409, "{error}", _NO_RETRY),
    images.BadImageId: Row(400, 5411, _CUSTOM_ID),
    images.PrivateCustomId: Row(400, 5400),
    images.BadMetadata: Row(400, 5400, "Bad request: {error}"),
    images.BadCreator: Row(400, 5400, "Bad request: {error}"),
    images.BadAltText: Row(400, 5400, "Bad request: {error}"),
    images.BadTags: Row(400, 5400, "Bad request: {error}"),
    images.BadGrantExpiry: Row(400, 5400, "Bad request: {error}"),
    images.GrantNotFound: Row(404, 5404),
    images.GrantInUse: Row(409, 5409, "{error}", _NO_RETRY),
    images.GrantSpent: Row(410, 5410),
    images.EmptyUpload: Row(400, 5400, 'Bad request: "file" is empty'),
    images.UploadTooLarge: Row(413, 5413),
    images.FallbackNotPublic: Row(400, 5400, "Bad request: {error}"),
    images.OverlayNotFound: Row(400, 5400, "Bad request: {error}"),
    images.BadHostName: Row(400, 5400, "Bad request: {error}"),
    images.HostTaken: Row(409, 5409, "{error}", _NO_RETRY),
    images.HostNotFound: Row(404, 5404),
    images.OriginalMissing: Row(500, 5540, "Storage error"),
    # A link that was asked for here and would not work.
    images.LinkError: Row(400, 5400, "Bad request: {error}"),
    images.DecisionError: Row(400, 5400, "Bad request: {error}"),
    images.NoSuchVariant: Row(404, 5401),
    images.NoSuchImage: Row(404, 5404),
    # fetching: what happened to the unreachable is one answer, and its class for the log
    fetching.BadUrl: Row(400, 5454, _NOT_FETCHED),
    fetching.AddressForbidden: Row(400, 5454, _NOT_FETCHED),
    fetching.NameNotFound: Row(400, 5454, _NOT_FETCHED),
    fetching.ConnectionFailed: Row(400, 5454, _NOT_FETCHED),
    fetching.BadCertificate: Row(400, 5454, _NOT_FETCHED),
    fetching.DeadlinePassed: Row(400, 5454, _NOT_FETCHED),
    fetching.BadRedirect: Row(400, 5454, _NOT_FETCHED),
    fetching.ForbiddenRedirect: Row(400, 5454, _NOT_FETCHED),
    fetching.TooManyRedirects: Row(400, 5454, _NOT_FETCHED),
    fetching.RefusedByServer: Row(400, 5454, _NOT_FETCHED),
    fetching.BadResponse: Row(400, 5454, _NOT_FETCHED),
    fetching.CutShort: Row(400, 5454, _NOT_FETCHED),
    fetching.ResponseTooLarge: Row(413, 5413),
    fetching.FetcherBusy: Row(503, 5503, _UNAVAILABLE, SOON),
    # imaging
    imaging.OptionsError: Row(400, 5400, "Bad request: {error}"),
    imaging.EmptyImage: Row(400, 5400, "Bad request: {error}"),
    imaging.NotAnImage: Row(415, 5455, _WRONG_TYPE),
    imaging.UnsupportedFormat: Row(415, 5455, _WRONG_TYPE),
    imaging.SvgConversion: Row(415, 9412, "Could not resize the image: {error}"),
    imaging.OverlayMissing: Row(400, 5400, "Bad request: {error}"),
    imaging.OverlayIsSvg: Row(400, 5400, "Bad request: {error}"),
    imaging.BadOverlay: Row(400, 5400, "Bad request: {error}"),
    # The resizer's code, in production too (catalogue §2.7).
    imaging.DamagedImage: Row(400, 9422, "error during decoding: {error}"),
    imaging.TruncatedImage: Row(400, 9422, "error during decoding: {error}"),
    imaging.LimitExceeded: Row(400, 5443),
    imaging.TooLargeToProcess: Row(400, 5443),
    imaging.RendererUnavailable: Row(503, 5503, _UNAVAILABLE, SOON),
    imaging.RendererBusy: Row(503, 5503, _UNAVAILABLE, SOON),
    imaging.RendererTimeout: Row(503, 5503, _UNAVAILABLE, SOON),
    imaging.RendererCrashed: Row(503, 5503, _UNAVAILABLE, SOON),
    imaging.BadReply: Row(500, 5500, _SERVER_ERROR),
    # variants
    variants.VariantNotFound: Row(404, 5401),
    variants.VariantExists: Row(409, 5409, "{error}", _NO_RETRY),
    variants.BadVariantName: Row(400, 5400, "Bad request: {error}"),
    variants.BadBrowserTtl: Row(400, 5400, "Bad request: {error}"),
    variants.BadOrigin: Row(400, 5400, "Bad request: {error}"),
    variants.TooManyOrigins: Row(403, 5453, "The given account has reached a service limit: {error}"),
    variants.BadAvifDeadline: Row(400, 5400, "Bad request: {error}"),
    variants.TooManyVariants: Row(403, 5453, "The given account has reached a service limit: {error}"),
    variants.VariantProtected: Row(400, 5400, "Bad request: {error}"),
    # signing
    signing.SigningKeyNotFound: Row(404, 5404),
    signing.SigningKeyExists: Row(409, 5409, "{error}", _NO_RETRY),
    signing.TooManySigningKeys: Row(403, 5453, "The given account has reached a service limit: {error}"),
    signing.BadKeyName: Row(400, 5400, "Bad request: {error}"),
    # The database does not answer, or somebody holds a lock for too long.
    OperationalError: Row(503, 5503, _UNAVAILABLE, SOON),
    InterfaceError: Row(503, 5503, _UNAVAILABLE, SOON),
}


def find_row(kind: type[Exception], table: Mapping[type[Exception], Row] = TABLE) -> Row | None:
    """Return the row of an error's class, or of the nearest class above it."""
    return next((table[parent] for parent in kind.__mro__ if parent in table), None)


def answer_error(error: Exception, context: Mapping[str, Any]) -> Response:
    """Return the envelope for an error raised in a view; REST framework calls this."""
    if isinstance(error, exceptions.ValidationError):
        notes = [Note(5400, f"Bad request: {sentence}") for sentence in _list_problems(error.detail)]
        return Response(wrap(None, errors=notes), status=400)
    row = find_row(type(error))
    if row is None:
        logger.error("An API request failed", exc_info=error)
        row = _describe_fault(context["request"])
    elif row.status >= 500:
        logger.warning("An API request was answered with %s", row.status, exc_info=error)
    note = Note(row.code, row.text.format(error=error))
    headers = {**row.headers, **getattr(error, "headers", {})}
    return Response(wrap(None, errors=[note]), status=row.status, headers=headers)


def answer_no_route(request: HttpRequest) -> JsonResponse:
    """Return the envelope for a path that leads nowhere."""
    return _answer_outside_views(NO_ROUTE)


def answer_bad_request(request: HttpRequest) -> JsonResponse:
    """Return the envelope for a request Django itself refused, such as one with a foreign Host header."""
    return _answer_outside_views(BAD_REQUEST)


def answer_server_error(request: HttpRequest) -> JsonResponse:
    """Return the envelope for a fault outside the views; Django has logged it."""
    return _answer_outside_views(_describe_fault(request))


def _describe_fault(request: HttpRequest) -> Row:
    """Nothing of the fault itself is told: the request's id finds it in the log."""
    request_id = getattr(request, "request_id", "-")
    return replace(FAULT, text=FAULT.text.format(error=request_id))


def _answer_outside_views(row: Row) -> JsonResponse:
    response = JsonResponse(wrap(None, errors=[Note(row.code, row.text)]), status=row.status)
    response["Cache-Control"] = "no-store"
    return response


def _list_problems(detail: Any, name: str = "") -> list[str]:
    """Return one sentence per problem a serializer found, each naming its field by the path to it."""
    if isinstance(detail, Mapping):
        inside = {_join(name, key): inner for key, inner in detail.items()}
        return [sentence for path, inner in inside.items() for sentence in _list_problems(inner, path)]
    if isinstance(detail, list):
        return [sentence for inner in detail for sentence in _list_problems(inner, name)]
    return [f'"{name}": {detail}' if name else str(detail)]


def _join(name: str, key: str | int) -> str:
    """Return the path to what is wrong; what is wrong with an object as a whole goes by the object's name."""
    if key == "non_field_errors":
        return name
    return f"{name}.{key}" if name else str(key)
