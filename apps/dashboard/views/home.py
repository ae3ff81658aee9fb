"""The way in: straight to the account of those who have one, a choice for those who have several."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.accounts.models import Account, User


@login_required
@require_safe
def choose_account(request: HttpRequest) -> HttpResponse:
    accounts = list(Account.objects.of_member(cast(User, request.user)))
    if len(accounts) == 1:
        return redirect("dashboard:images", account_id=accounts[0].public_id)
    return render(request, "dashboard/accounts.html", {"accounts": accounts})
