"""The doors of the dashboard: who may enter an account, and who may change what is in it.

An account named in the address exists only for its members: anybody else is answered as if it did not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import resolve_url
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from apps.accounts.actor import Actor
from apps.accounts.models import Account, Member, User
from apps.dashboard.error_pages import answer_role_needed

_SIGNED_OUT = "You have been signed out. Sign in again in another tab, then retry."


class MemberRequest(HttpRequest):
    """A request that passed a door: it knows whose account it is about."""

    user: User
    member: Member
    account: Account
    actor: Actor
    htmx: HtmxDetails


MemberView = Callable[..., HttpResponse]


def member_view(*methods: str) -> Callable[[MemberView], MemberView]:
    """Let members of the account in, whatever their role."""
    return _door(methods, needs_edit=False)


def editor_view(*methods: str) -> Callable[[MemberView], MemberView]:
    """Let in those who may change things; viewers read which role they would need."""
    return _door(methods, needs_edit=True)


def wants_json(request: HttpRequest) -> bool:
    """Whether our upload script asks, which reads JSON, and not a browser going to a page."""
    return request.accepts("application/json") and not request.accepts("text/html")


def _door(methods: tuple[str, ...], *, needs_edit: bool) -> Callable[[MemberView], MemberView]:
    def decorate(view: MemberView) -> MemberView:
        @require_http_methods(methods)
        @wraps(view)
        def enter(request: HttpRequest, account_id: str, **parts: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _ask_to_sign_in(request)
            member = _find_member(request.user, account_id)
            if needs_edit and not member.can_edit:
                return answer_role_needed(request, role=member.get_role_display())
            guest = cast(MemberRequest, request)
            guest.member, guest.account, guest.actor = member, member.account, _actor(request)
            return view(guest, **parts)

        return enter

    return decorate


def _find_member(user: User, account_id: str) -> Member:
    member = Member.objects.filter(account__public_id=account_id, user=user).select_related("account").first()
    if member is None:
        raise Http404
    return member


def _actor(request: HttpRequest) -> Actor:
    return Actor(
        user_id=request.user.pk,
        address=request.META.get("REMOTE_ADDR") or None,
        request_id=getattr(request, "request_id", ""),
    )


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Answer in the asker's own terms; a script cannot follow a redirect to a page made for people."""
    if wants_json(request):
        return JsonResponse({"error": _SIGNED_OUT}, status=401)
    htmx = cast(MemberRequest, request).htmx
    if htmx:
        login = redirect_to_login(htmx.current_url_abs_path or "/", resolve_url("account_login"))
        return HttpResponseClientRedirect(login.url)
    return redirect_to_login(request.get_full_path(), resolve_url("account_login"))
