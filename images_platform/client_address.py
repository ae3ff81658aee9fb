"""The client's address, behind as many proxies as the settings say and no more."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Puts the address the outermost trusted proxy saw where everyone looks: `REMOTE_ADDR`.

    Rate limits and the audit trail need it. What stands further left in X-Forwarded-For is the client's word.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen = request.headers.get("X-Forwarded-For", "").split(",")
        count = settings.TRUSTED_PROXIES
        if 0 < count <= len(seen) and (address := _read_address(seen[-count])):
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def _read_address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return None
