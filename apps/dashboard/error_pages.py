"""The pages for what went wrong; each carries the request's id, by which the log tells the rest."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def answer_bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The frame asks the request for nothing but its id, whatever is wrong with the rest of it."""
    return render(request, "400.html", status=400)


def answer_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def answer_forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def answer_role_needed(request: HttpRequest, *, role: str) -> HttpResponse:
    """Say which role the page needs, and which one the reader has."""
    return render(request, "403.html", {"role": role}, status=403)


def answer_too_large(request: HttpRequest) -> HttpResponse:
    return render(request, "413.html", status=413)


def answer_server_error(request: HttpRequest) -> HttpResponse:
    """Say that it is our fault; the page needs no database, since that may be what failed."""
    return render(request, "500.html", status=500)
