"""The client's address, behind as many proxies as the settings say and no more."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.delivery.clients import find_client


class ClientAddressMiddleware:
    """Puts the address the outermost trusted proxy saw where everyone looks: `REMOTE_ADDR`.

    Rate limits and the audit trail need it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        peer, forwarded_for = request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", "")
        client = find_client(peer, forwarded_for, trusted_proxies=settings.TRUSTED_PROXIES)
        request.META["REMOTE_ADDR"] = client
        return self.get_response(request)
