"""The Django door: the same core inside the control plane, for hosts that run a single process.

Raster pictures only: whatever a script in a document could do, it would do it on the dashboard's origin.
"""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from apps.delivery.background import BackgroundLoop
from apps.delivery.files import StoredFile
from apps.delivery.messages import DeliveryRequest, DeliveryResponse
from apps.delivery.ports import open_ports

# Servers name the raw target differently: gunicorn, then uWSGI and mod_wsgi.
_NAMES = ("RAW_URI", "REQUEST_URI")
_ABSOLUTE = re.compile(r"https?://[^/?#]*", re.IGNORECASE)  # the form clients send to proxies

loop = BackgroundLoop(open_ports)


@csrf_exempt
def deliver(request: HttpRequest) -> HttpResponseBase:
    """Answer a link."""
    target = read_raw_target(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    peer = request.META.get("REMOTE_ADDR", "")
    response = loop.answer(DeliveryRequest(request.method or "GET", target.encode("latin-1"), headers, peer))
    return as_django(response)


def read_raw_target(request: HttpRequest) -> str:
    """Return path and query as sent; without them no signature could be checked."""
    for name in _NAMES:
        if target := request.META.get(name):
            return _ABSOLUTE.sub("", target, count=1)
    raise RuntimeError("the server hands over no raw request target (RAW_URI or REQUEST_URI)")


def as_django(response: DeliveryResponse) -> HttpResponseBase:
    """Return the same response as Django knows it."""
    if isinstance(response.body, StoredFile):
        return StreamingHttpResponse(
            response.body.blocking_chunks(), status=response.status, headers=dict(response.headers)
        )
    return HttpResponse(response.body, status=response.status, headers=dict(response.headers))
