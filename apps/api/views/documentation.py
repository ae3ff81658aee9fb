"""The OpenAPI document, for programs, and a page that shows it to people; both are open to all."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import condition, require_safe

from apps.api.document import document_digest, write_document
from apps.api.reference import list_chapters

# It changes with a new version of the platform only.
_CACHED = "public, max-age=300"
# The page runs nothing: its styles are all it needs.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def _digest(request: HttpRequest) -> str:
    return f'"{document_digest()}"'


@require_safe
@condition(etag_func=_digest)
def show_document(request: HttpRequest) -> HttpResponse:
    """Answer with the document itself; there is no envelope around it, for tools read it as it is."""
    response = JsonResponse(write_document())
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = _CACHED
    return response


@require_safe
def show_reference(request: HttpRequest) -> HttpResponse:
    document = write_document()
    shown = {
        "info": document["info"],
        "chapters": list_chapters(document),
        "document_url": reverse("document", "apps.api.routes"),
    }
    response = render(request, "api/reference.html", shown)
    response["Content-Security-Policy"] = _POLICY
    response["Cache-Control"] = _CACHED
    return response
