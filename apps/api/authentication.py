"""Who calls: whoever shows an API token. Cookies mean nothing here."""

from __future__ import annotations

from typing import cast

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.accounts.batch_tokens import authenticate_batch_token
from apps.accounts.models import ApiToken
from apps.accounts.tokens import authenticate_member, authenticate_token
from apps.api.refusals import NoToken


def shown_token(request: Request) -> ApiToken:
    """Return the token of a request that was authenticated below."""
    return cast(ApiToken, request.auth)  # REST framework's stubs know only its own kind of token.


def read_bearer(request: Request) -> str:
    """Return what stands behind `Authorization: Bearer`, or nothing."""
    scheme, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`, or the pair that older clients send: `X-Auth-Email`, `X-Auth-Key`.

    The key of the pair is a token too, and the address one of a member of its account: a second kind of
    secret, which could do anything and never expire, is what the original itself advises against.
    Raises NoToken or InvalidToken.
    """

    def authenticate(self, request: Request) -> tuple[None, ApiToken]:
        if secret := read_bearer(request):
            return None, authenticate_token(secret)
        email, key = (request.headers.get(f"X-Auth-{part}", "").strip() for part in ("Email", "Key"))
        if email and key:
            return None, authenticate_member(email=email, secret=key)
        raise NoToken


class BatchAuthentication(BaseAuthentication):
    """`Authorization: Bearer <batch token>`; API tokens open nothing here. Raises NoToken or InvalidToken."""

    def authenticate(self, request: Request) -> tuple[None, ApiToken]:
        if secret := read_bearer(request):
            return None, authenticate_batch_token(secret)
        raise NoToken
