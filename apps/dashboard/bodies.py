"""How much a request may send: Django spools a form's files to disk before any view sees it.

So the size is judged by Content-Length, ahead of the CSRF check that reads the form (in `process_view`, when
the person is known already). A request without one has no body as far as WSGI is concerned.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from apps.dashboard.error_pages import answer_too_large

# A form post without JavaScript may carry many pictures; the account's limit per picture still holds.
MAX_UPLOAD_BYTES = 256 * 1024**2
MAX_FORM_BYTES = 1024**2
_API = "/client/v4/"


class BodyLimitMiddleware:
    """Refuses a form that is too large before a byte of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = int(request.META.get("CONTENT_LENGTH") or 0)
        if (
            sent > MAX_FORM_BYTES
            and not request.path_info.startswith(_API)
            and sent > _allowed_bytes(request)
        ):
            return answer_too_large(request)
        return self.get_response(request)


def _allowed_bytes(request: HttpRequest) -> int:
    """Strangers have nothing to upload."""
    is_upload = _is_upload(request.path_info) and request.user.is_authenticated
    return MAX_UPLOAD_BYTES if is_upload else MAX_FORM_BYTES


def _is_upload(path: str) -> bool:
    try:
        return resolve(path).view_name == "dashboard:upload"
    except Resolver404:
        return False
