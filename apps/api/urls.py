"""The one address of this room below `/client/v4/`; `routes` says what lies there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, re_path, resolve
from django.views.decorators.csrf import csrf_exempt

from apps.api.errors import answer_no_route
from apps.api.target import read_raw_path


@csrf_exempt  # No cookie means anything here, so no other site can act with a visitor's rights.
def dispatch(request: HttpRequest) -> HttpResponseBase:
    """Call the view whose route matches the raw path."""
    try:
        match = resolve(read_raw_path(request), urlconf="apps.api.routes")
    except Resolver404:
        return answer_no_route(request)
    request.resolver_match = match
    response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return response


urlpatterns = [re_path("", dispatch)]
