"""A page of an account: the frame around every screen, filled with what it always shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from apps.accounts.models import Account
from apps.dashboard.doors import MemberRequest
from apps.usage.models import DailyUsage


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
        "served": _sum_up_served(request.account),
        "accounts": Account.objects.of_member(request.user),
    }
    return render(request, template, {**frame, **context}, status=status)


def _find_section(route: str) -> str:
    """Return the part of the navigation that a screen belongs to."""
    return next((name for name in ("variant", "explain") if name in route), "image")


def _sum_up_served(account: Account) -> Mapping[str, int]:
    """Return the last 30 days: what the edge answered counts where its log is read, and else is unknown."""
    told = DailyUsage.objects.in_account(account).sum_up(days=30)
    pictures = told["requests"] + told["edge_hits"]
    kept = told["hits"] + told["edge_hits"]
    return {
        "pictures": pictures,
        "edge_hits": told["edge_hits"],
        "sent_bytes": told["sent_bytes"] + told["edge_bytes"],
        "kept_percent": 100 * kept // pictures if pictures else 0,
    }


def wants_fragment(request: MemberRequest) -> bool:
    """Whether htmx will swap a part in; going back in the history needs the whole page."""
    return bool(request.htmx) and not request.htmx.history_restore_request
