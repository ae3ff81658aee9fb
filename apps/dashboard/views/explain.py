"""Explain: what a delivery link comes to, or where it goes wrong."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse

from apps.dashboard.doors import MemberRequest, member_view
from apps.dashboard.forms import ExplainForm
from apps.dashboard.links import LinkWriter
from apps.dashboard.pages import render_page
from apps.images.explanation import Explanation, Question, explain_link
from apps.images.models import Image


@dataclass(frozen=True, slots=True)
class MarkedUrl:
    """A URL around its fault; `wrong` is empty at a gap."""

    before: str
    wrong: str
    after: str


@member_view("GET", "HEAD")
def show_explanation(request: MemberRequest) -> HttpResponse:
    """Explain the link that was pasted; before there is one, offer the newest image's."""
    form = ExplainForm(request.GET if "url" in request.GET else None)
    told = None
    if form.is_valid():
        told = explain_link(
            Question(
                url=form.cleaned_data["url"],
                headers={"accept": form.cleaned_data["accept"]},
                account=request.account,
                tells_signatures=request.member.can_edit,
            )
        )
    context = {"form": form, "told": told, "marked": mark(told), "example": _find_example(request)}
    return render_page(request, "dashboard/explain.html", context)


def mark(told: Explanation | None) -> MarkedUrl | None:
    """Return the URL cut at its fault; None when there is nothing wrong with it."""
    if told is None or told.fault is None:
        return None
    start, end = told.fault.position, told.fault.position + told.fault.length
    return MarkedUrl(told.url[:start], told.url[start:end], told.url[end:])


def _find_example(request: MemberRequest) -> str:
    newest = Image.objects.in_account(request.account).live().newest().first()
    links = LinkWriter(request.account).links(newest, lifetime_seconds=3600) if newest else []
    return links[0].url if links else ""
