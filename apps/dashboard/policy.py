"""What a browser may do with a dashboard page: run only our files, show our pictures, keep nothing."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# The API speaks to programs and sets headers of its own.
_API = "/client/v4/"


def write_policy(picture_origin: str) -> str:
    """Return the Content-Security-Policy of a page whose pictures come from `picture_origin`.

    No `unsafe-inline` anywhere: scripts and styles are files, so injected markup stays dead text.
    """
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' data: {picture_origin}",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


class ContentSecurityPolicyMiddleware:
    """Adds the policy, and forbids caches to keep what only a signed-in person may see.

    Answers that say something else themselves (pictures served from this process) are left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        parts = urlsplit(settings.DELIVERY_URL)
        self.policy = write_policy(f"{parts.scheme}://{parts.netloc}")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith(_API):
            response.headers.setdefault("Content-Security-Policy", self.policy)
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response
