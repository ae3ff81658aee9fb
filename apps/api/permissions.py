"""What the caller may do: only in the token's own account, and only what its scopes say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from apps.accounts.models import Scope
from apps.api.authentication import shown_token
from apps.api.refusals import NotAllowed

if TYPE_CHECKING:
    # REST framework imports this module, named in its settings, while it makes the class.
    from rest_framework.views import APIView


def needed_scope(method: str | None) -> Scope:
    """Return what a token must be allowed for a method."""
    return Scope.READ if method in SAFE_METHODS else Scope.EDIT


class TokenScope(BasePermission):
    """The token's scopes allow what the method does; its account is the only one there is here."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not shown_token(request).allows(needed_scope(request.method)):
            raise NotAllowed
        return True


class AccountScope(TokenScope):
    """Compares the path with the token and looks nothing up: nobody learns which other accounts exist."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if view.kwargs["account_id"] != shown_token(request).account.public_id:
            raise NotAllowed
        return super().has_permission(request, view)
