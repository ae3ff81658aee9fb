"""The control plane's part in request ids: a middleware."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.accounts.request_id import choose_request_id, current_request_id, current_trace_id, read_trace_id


class RequestIdMiddleware:
    """Takes a trusted proxy's `X-Request-Id`, makes one otherwise, and sends it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = choose_request_id(given, is_trusted=settings.TRUSTED_PROXIES > 0)
        request.request_id = request_id  # type: ignore[attr-defined]  # an attribute of our own
        trace = current_trace_id.set(read_trace_id(request.headers.get("traceparent", "")))
        token = current_request_id.set(request_id)
        try:
            response = self.get_response(request)
        finally:
            current_request_id.reset(token)
            current_trace_id.reset(trace)
        response["X-Request-Id"] = request_id
        return response
