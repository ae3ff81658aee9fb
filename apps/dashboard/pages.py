"""A page of an account: the frame around every screen, filled with what it always shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from apps.accounts.models import Account
from apps.dashboard.doors import MemberRequest


def render_page(
    request: MemberRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a screen; it knows the account, the reader's role, and the other accounts to go to."""
    match = request.resolver_match
    frame = {
        "section": _find_section(match.url_name or "" if match else ""),
        "account": request.account,
        "member": request.member,
        "can_edit": request.member.can_edit,
        "accounts": Account.objects.of_member(request.user),
    }
    return render(request, template, {**frame, **context}, status=status)


def _find_section(route: str) -> str:
    """Return the part of the navigation that a screen belongs to."""
    return next((name for name in ("variant", "explain") if name in route), "image")


def wants_fragment(request: MemberRequest) -> bool:
    """Whether htmx will swap a part in; going back in the history needs the whole page."""
    return bool(request.htmx) and not request.htmx.history_restore_request
