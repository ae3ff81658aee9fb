"""What the Workers binding's protocol says of what goes wrong: status, code and text (catalogue §4.13, §7.6).

    ERROR 9401: Missing or invalid resizing parameters: …        text/plain, with cf-images-binding: err=9401

The binding makes an error of its own from that header's code and this text. Everything these operations
refuse is told so, also who may not call them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from rest_framework import exceptions

from apps.accounts import errors as accounts
from apps.api import refusals
from apps.api.errors import BAD_TOKEN, SOON, Row, find_row
from apps.images import errors as images
from apps.imaging import errors as imaging

logger = logging.getLogger(__name__)

STATUS_HEADER = "cf-images-binding"
_DENIED = "Images Binding access denied: {error}"
_BAD = "Bad request: {error}"
_NOT_RESIZED = "Could not resize the image: {error}"
_BAD_OPTIONS = "Missing or invalid resizing parameters: {error}"
_INTERNAL = "internal error while processing the image"
_BUSY = "The service is too busy"
_TOO_MUCH = "The image is too large to process or the service is too busy"
FAULT = Row(500, 9523, "internal error (request {error})")

TABLE: dict[type[Exception], Row] = {
    # Who calls.
    refusals.NoToken: Row(401, 9430, _DENIED, BAD_TOKEN),
    accounts.InvalidToken: Row(401, 9430, "Images Binding access denied: invalid API token", BAD_TOKEN),
    refusals.NotAllowed: Row(403, 9430, "Images Binding access denied: authentication error"),
    refusals.TooManyRequests: Row(429, 9522, f"{_BUSY}: {{error}}"),
    exceptions.MethodNotAllowed: Row(405, 9424, "{error}"),
    # The form.
    refusals.NotAForm: Row(415, 9432, "Bad request: send multipart/form-data"),
    refusals.EncodedBody: Row(415, 9432, _BAD),
    refusals.BadForm: Row(400, 9432, _BAD),
    refusals.BadPart: Row(400, 9432, _BAD),
    refusals.PictureConsumed: Row(400, 9525, "ImageTransformer consumed: {error}"),
    refusals.OutputNotOffered: Row(415, 9520, _NOT_RESIZED),
    refusals.BodyTooLarge: Row(413, 9402, _NOT_RESIZED),
    refusals.BodyTooSlow: Row(408, 9408, "Bad request: the form came too slowly"),
    refusals.BodyCutShort: Row(400, 9432, "Bad request: the form was cut short"),
    images.UploadTooLarge: Row(413, 9402, _NOT_RESIZED),
    # The options, the pictures and the texts.
    imaging.OptionsError: Row(400, 9401, _BAD_OPTIONS),
    imaging.EmptyImage: Row(403, 9413, _NOT_RESIZED),
    imaging.NotAnImage: Row(415, 9412, _NOT_RESIZED),
    imaging.UnsupportedFormat: Row(415, 9412, _NOT_RESIZED),
    imaging.SvgConversion: Row(415, 9412, _NOT_RESIZED),
    imaging.OverlayMissing: Row(400, 9432, _BAD),
    imaging.OverlayIsSvg: Row(415, 9412, _NOT_RESIZED),
    imaging.BadOverlay: Row(422, 9516, _NOT_RESIZED),
    imaging.DamagedImage: Row(422, 9516, "error during decoding: {error}"),
    imaging.TruncatedImage: Row(422, 9516, "error during decoding: {error}"),
    imaging.LimitExceeded: Row(403, 9413, _NOT_RESIZED),
    imaging.TooLargeToProcess: Row(504, 9529, _TOO_MUCH),
    # The renderer; its own words name sockets and paths.
    imaging.RendererUnavailable: Row(503, 9522, _INTERNAL, SOON),
    imaging.RendererBusy: Row(503, 9522, _BUSY, SOON),
    imaging.RendererTimeout: Row(504, 9529, _TOO_MUCH, SOON),
    imaging.RendererCrashed: Row(503, 9522, _INTERNAL, SOON),
    imaging.BadReply: Row(500, 9523, _INTERNAL),
    # The database, which counts.
    OperationalError: Row(503, 9518, "Internal connection error", SOON),
    InterfaceError: Row(503, 9518, "Internal connection error", SOON),
}


def answer_binding_error(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Return the answer for an error raised in a view of the binding; REST framework calls this."""
    row = find_row(type(error), TABLE)
    told: object = error
    if row is None:
        logger.error("A request of the Workers binding failed", exc_info=error)
        row, told = FAULT, getattr(context["request"], "request_id", "-")
    elif row.status >= 500:
        logger.warning("A request of the Workers binding was answered with %s", row.status, exc_info=error)
    response = HttpResponse(f"ERROR {row.code}: {row.text.format(error=told)}\n", status=row.status)
    response["Content-Type"] = "text/plain; charset=utf-8"
    response[STATUS_HEADER] = f"err={row.code}"
    for name, value in {**row.headers, **getattr(error, "headers", {})}.items():
        response[name] = value
    return response
