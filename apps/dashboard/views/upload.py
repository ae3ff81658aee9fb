"""Uploading: one file at a time for our script, which reads JSON; any number for a plain form."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from apps.dashboard.doors import MemberRequest, editor_view, wants_json
from apps.dashboard.uploads import Outcome, upload_files

MAX_FILES = 50


@editor_view("POST")
def upload(request: MemberRequest) -> HttpResponse:
    files = request.FILES.getlist("file")[:MAX_FILES]
    is_private = request.POST.get("is_private") == "on"
    outcomes = upload_files(account=request.account, files=files, is_private=is_private, actor=request.actor)
    if wants_json(request):
        return _answer_script(request, outcomes)
    _tell(request, outcomes)
    return redirect("dashboard:images", account_id=request.account.public_id)


def _answer_script(request: MemberRequest, outcomes: Sequence[Outcome]) -> JsonResponse:
    if not outcomes:
        return JsonResponse({"error": "No file arrived."}, status=400)
    outcome = outcomes[0]
    if outcome.refusal is not None:
        body = {"error": outcome.refusal.sentence, "is_final": outcome.refusal.is_final}
        return JsonResponse(body, status=outcome.refusal.status)
    image = outcome.image
    url = reverse("dashboard:image", args=[request.account.public_id, image.public_id]) if image else ""
    return JsonResponse({"url": url})


def _tell(request: MemberRequest, outcomes: Sequence[Outcome]) -> None:
    """Say it on the next page: how many arrived, and for each other file why not."""
    kept = sum(outcome.image is not None for outcome in outcomes)
    if kept:
        messages.success(request, f"{kept} image{'' if kept == 1 else 's'} uploaded.")
    if not outcomes:
        messages.error(request, "No file was chosen.")
    for outcome in outcomes:
        if outcome.refusal is not None:
            messages.error(request, f"{outcome.filename}: {outcome.refusal.sentence}")
