"""Faults outside any view, answered in the manner of the face they happened before: envelope or page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from apps.api import errors as api
from apps.dashboard import error_pages as dashboard

_API = "/client/v4/"


def answer_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path_info.startswith(_API):
        return api.answer_bad_request(request)
    return dashboard.answer_bad_request(request, exception)


def answer_server_error(request: HttpRequest) -> HttpResponse:
    if request.path_info.startswith(_API):
        return api.answer_server_error(request)
    return dashboard.answer_server_error(request)
