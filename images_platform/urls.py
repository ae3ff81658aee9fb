"""The control plane's addresses: the REST API, the dashboard, and the delivery view for single hosts."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path

from apps.delivery.view import deliver


def answer_health(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; whether its neighbours do is `manage.py doctor`'s question."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("healthz", answer_health),
    path("client/v4/", include("apps.api.urls")),
    path("accounts/", include("apps.dashboard.sign_in_urls")),
    path("", include("apps.dashboard.urls")),
]
if settings.DELIVERY_IN_CONTROL:
    urlpatterns.insert(0, re_path(r"^cdn-cgi/imagedelivery/", deliver))
handler400 = "images_platform.faults.answer_bad_request"
handler403 = "apps.dashboard.error_pages.answer_forbidden"
handler404 = "apps.dashboard.error_pages.answer_not_found"
handler500 = "images_platform.faults.answer_server_error"
