"""Who calls: the bearer of an API token. Cookies mean nothing here."""

from __future__ import annotations

from typing import cast

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.accounts.models import ApiToken
from apps.accounts.tokens import authenticate_token
from apps.api.refusals import NoToken


def shown_token(request: Request) -> ApiToken:
    """Return the token of a request that was authenticated below."""
    return cast(ApiToken, request.auth)  # REST framework's stubs know only its own kind of token.


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; raises NoToken or InvalidToken."""

    def authenticate(self, request: Request) -> tuple[None, ApiToken]:
        scheme, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise NoToken
        return None, authenticate_token(secret.strip())
