"""The answer to a download: the original's own bytes, to be kept and not to be shown."""

from __future__ import annotations

from django.utils.http import content_disposition_header

from apps.delivery.conditions import choose_range, is_unchanged
from apps.delivery.files import find_file
from apps.delivery.headers import download_headers
from apps.delivery.messages import DeliveryRequest, DeliveryResponse
from apps.images.download import Download
from apps.images.errors import OriginalMissing
from apps.images.storage import originals


async def answer_download(request: DeliveryRequest, download: Download) -> DeliveryResponse:
    """Return the original, the part of it that is asked for, or 304.

    Raises RangeNotSatisfiable or OriginalMissing. It is sent as an attachment, since a drawing (SVG) that
    nobody has cleaned may have scripts in it.
    """
    headers = download_headers(download)
    if is_unchanged(request.header("if-none-match"), headers["etag"]):
        return DeliveryResponse(304, headers, tier="stored", account_pk=download.account_pk)
    file = await find_file(originals(), download)
    if file is None:
        raise OriginalMissing
    wanted = "" if request.is_head else request.header("range")
    part = choose_range(wanted, request.header("if-range"), headers["etag"], file.length)
    start, length = part or (0, file.length)
    headers |= {
        "content-type": download.image.source.format.content_type,
        "content-length": str(length),
        "content-disposition": str(content_disposition_header(True, download.filename)),
        "accept-ranges": "bytes",
        "cf-resized": f"internal=ok/h l={file.length}",
    }
    if part is None:
        return DeliveryResponse(200, headers, file, tier="stored", account_pk=download.account_pk)
    headers["content-range"] = f"bytes {start}-{start + length - 1}/{file.length}"
    return DeliveryResponse(206, headers, file.part(*part), tier="stored", account_pk=download.account_pk)
