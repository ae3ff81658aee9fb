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


class AccountScope(BasePermission):
    """Compares the path with the token and looks nothing up: nobody learns which other accounts exist."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        needed = Scope.READ if request.method in SAFE_METHODS else Scope.EDIT
        token = shown_token(request)
        if view.kwargs["account_id"] != token.account.public_id or not token.allows(needed):
            raise NotAllowed
        return True
