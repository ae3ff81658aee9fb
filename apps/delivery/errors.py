"""The one table from what goes wrong to what a delivery answer says (catalogue §4.13).

Status, code and text; `text/plain`, `ERROR <code>: <text>`, never kept by any cache. A test fails when a
leaf of the trees below, or of ours, has no row. What is not in the table is our fault: it is logged, and
told without its internals.
"""

from __future__ import annotations

import http.client
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.db import DatabaseError, InterfaceError

from apps.delivery import refusals
from apps.delivery.headers import error_headers
from apps.delivery.messages import DeliveryResponse
from apps.fetching import errors as fetching
from apps.images import errors as images
from apps.imaging import errors as imaging

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Row:
    """`text` may quote the error's message as `{error}`."""

    status: int
    code: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


_SOON = {"retry-after": "1"}
_DENIED = "Image access denied: {error}"
_NOT_RESIZED = "Could not resize the image: {error}"
_INTERNAL = "internal error while processing the image"
_BUSY = "The service is too busy: {error}"
_TOO_MUCH = "The image is too large to process or the service is too busy"
_NOT_FETCHED = "Could not fetch the image"
_NOT_REACHED = Row(523, 9510, _NOT_FETCHED)  # one for all, lest it tell what listens in our network
_DOWNLOADING = Row(
    422, 9416, "Could not resize the image: error occurred while downloading the image: {error}"
)
# Load that is shed must not become load by being logged, and the fetcher has told of its own.
_NOT_LOGGED = (refusals.QueueFull, fetching.FetchError, images.AlreadyResized)
_UNFORESEEN = Row(500, 9523, "internal error")

TABLE: dict[type[Exception], Row] = {
    # The request target is no link.
    images.NotALink: Row(404, 9431, "Not found: {error}"),
    images.LinkTooLong: Row(414, 9432, "Bad request: {error}"),
    images.BadLinkText: Row(403, 9426, "The URL has an invalid text part: {error}"),
    images.BadSource: Row(403, 9406, "Could not fetch the image - invalid URL: {error}"),
    # The link leads to no picture.
    images.UnknownAccount: Row(403, 9427, "Image access denied with incorrect account id"),
    images.NoSuchImage: Row(404, 9431, "Not found: {error}"),
    images.NoSuchVariant: Row(403, 9425, _DENIED),
    images.NoSuchOverlay: Row(404, 9404, "Could not fetch the image: {error}"),
    images.FlexibleNotAllowed: Row(403, 9429, "{error}"),
    images.SignatureMissing: Row(403, 9425, _DENIED),
    images.SignatureMalformed: Row(403, 9425, _DENIED),
    images.SignatureWrong: Row(403, 9425, _DENIED),
    images.LinkExpired: Row(403, 9425, _DENIED),
    images.OptionsOnPrivateImage: Row(403, 9425, _DENIED),
    images.OriginalMissing: Row(502, 9505, _NOT_FETCHED),
    # Remote sources.
    images.UnknownHost: Row(404, 9431, "Not found: {error}"),
    images.OriginNotAllowed: Row(403, 9401, "{error}"),
    images.AlreadyResized: Row(508, 9403, "{error}"),
    fetching.BadUrl: Row(403, 9406, "Could not fetch the image - invalid URL: {error}"),
    fetching.AddressForbidden: _NOT_REACHED,
    fetching.NameNotFound: _NOT_REACHED,
    fetching.ConnectionFailed: _NOT_REACHED,
    fetching.BadCertificate: _NOT_REACHED,
    fetching.DeadlinePassed: _NOT_REACHED,
    fetching.BadRedirect: Row(400, 9420, "Redirection to an invalid URL: {error}"),
    fetching.ForbiddenRedirect: Row(400, 9420, "Redirection to an invalid URL: {error}"),
    fetching.TooManyRedirects: Row(400, 9421, "Too many redirects: {error}"),
    fetching.RefusedByServer: Row(502, 9509, _NOT_FETCHED),  # but see _judge
    fetching.BadResponse: _DOWNLOADING,
    fetching.CutShort: _DOWNLOADING,
    fetching.ResponseTooLarge: Row(413, 9402, "Could not fetch the image — file too large: {error}"),
    fetching.FetcherBusy: Row(503, 9522, _BUSY, _SOON),
    # The options or the picture.
    imaging.OptionsError: Row(400, 9401, "Missing or invalid resizing parameters: {error}"),
    imaging.EmptyImage: Row(403, 9413, _NOT_RESIZED),
    imaging.NotAnImage: Row(415, 9412, _NOT_RESIZED),
    imaging.UnsupportedFormat: Row(415, 9412, _NOT_RESIZED),
    imaging.SvgConversion: Row(415, 9412, _NOT_RESIZED),
    imaging.OverlayMissing: Row(404, 9404, "Could not fetch the image: {error}"),
    imaging.OverlayIsSvg: Row(415, 9412, _NOT_RESIZED),
    imaging.BadOverlay: Row(422, 9516, _NOT_RESIZED),
    imaging.DamagedImage: Row(422, 9516, "error during decoding: {error}"),
    imaging.TruncatedImage: Row(422, 9516, "error during decoding: {error}"),
    imaging.LimitExceeded: Row(403, 9413, _NOT_RESIZED),
    imaging.TooLargeToProcess: Row(504, 9529, _TOO_MUCH),
    # The renderer; its own words name sockets and paths.
    imaging.RendererUnavailable: Row(503, 9522, _INTERNAL, _SOON),
    imaging.RendererBusy: Row(503, 9522, "The service is too busy", _SOON),
    imaging.RendererTimeout: Row(504, 9529, _TOO_MUCH, _SOON),
    imaging.RendererCrashed: Row(503, 9522, _INTERNAL, _SOON),
    imaging.BadReply: Row(500, 9523, _INTERNAL),
    # What this room refuses.
    refusals.MethodNotAllowed: Row(405, 9424, "{error}", {"allow": "GET, HEAD, OPTIONS"}),
    refusals.RangeNotSatisfiable: Row(416, 9424, "{error}"),
    refusals.TooManyMisses: Row(429, 9522, _BUSY),
    refusals.LookupFailed: Row(503, 9518, "Internal connection error", _SOON),
    refusals.QueueFull: Row(503, 9522, _BUSY, _SOON),
    refusals.WaitedTooLong: Row(503, 9522, _BUSY, _SOON),
    refusals.StoreAway: Row(503, 9523, "internal error: {error}", _SOON),
    refusals.NotStored: Row(503, 9523, "internal error: {error}", _SOON),
    refusals.ImageChanging: Row(503, 9523, "internal error: {error}", _SOON),
    # The database, when a rendition is kept.
    DatabaseError: Row(503, 9518, "Internal connection error", _SOON),
    InterfaceError: Row(503, 9518, "Internal connection error", _SOON),
}


def find_row(kind: type[BaseException]) -> Row | None:
    """Return the row of an error's class, or of the nearest class above it."""
    return next((TABLE[parent] for parent in kind.__mro__ if parent in TABLE), None)


def _judge(status: int) -> Row:
    """Return the row for a remote source's server that answered with `status`, not 200 (catalogue §4.13)."""
    name = http.client.responses.get(status, "")
    text = f"{_NOT_FETCHED} — the server returned HTTP error {status} {name}".rstrip()
    if status == 404:
        return Row(404, 9404, text)
    if status == 508:
        return Row(508, 9403, str(images.AlreadyResized()))
    if 401 <= status < 500:
        return Row(status, 9408, text)
    return Row(502, 9519 if status == 400 else 9509, text)


def answer_error(error: Exception) -> DeliveryResponse:
    """Return what is said about an error."""
    row = _judge(error.status) if isinstance(error, fetching.RefusedByServer) else find_row(type(error))
    if row is None:
        logger.error("A delivery request failed", exc_info=error)
        row = _UNFORESEEN
    elif row.status >= 500 and not isinstance(error, _NOT_LOGGED):
        logger.warning("A delivery request was answered with %s: %r", row.status, error)
    return write_error(error, row)


def write_error(error: Exception, row: Row) -> DeliveryResponse:
    """Return what a row says about an error."""
    body = f"ERROR {row.code}: {row.text.format(error=error)}\n".encode()
    headers = error_headers(row.code, body) | dict(row.headers)
    if isinstance(error, refusals.RangeNotSatisfiable):
        headers["content-range"] = f"bytes */{error.size_bytes}"
    elif isinstance(error, refusals.TooManyMisses):
        headers["retry-after"] = str(error.retry_after_seconds)
    return DeliveryResponse(row.status, headers, body)


def redirect(response: DeliveryResponse, place: str) -> DeliveryResponse:
    """Return an error's answer as one that sends elsewhere; `place` is a URL in ASCII."""
    return replace(response, status=302, headers={**response.headers, "location": place})
