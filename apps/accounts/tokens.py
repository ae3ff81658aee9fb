"""The services of API tokens: made, shown once, recognised by digest, revoked."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.accounts.actor import Actor
from apps.accounts.errors import InvalidToken
from apps.accounts.models import Account, ApiToken, Scope
from apps.accounts.services import record_event

_SECRET_BYTES = 32
_WRITTEN = re.compile(r"(img[0-9a-f]{12})_[A-Za-z0-9_-]{43}", re.ASCII)
_USE_NOTED_EVERY = timedelta(minutes=1)
# What an unknown prefix is compared with, so that it takes as long as a known one.
_NOBODY = hashlib.sha256(b"").digest()


def create_token(
    *,
    account: Account,
    name: str,
    scopes: Sequence[Scope],
    expires_at: datetime | None = None,
    actor: Actor,
) -> tuple[ApiToken, str]:
    """Make a token; the second value is its secret, which nobody can be shown again.

    The secret has 256 random bits; its prefix starts with `img`, for scanners that look for leaked ones.
    Raises ValidationError (Django's) for an empty name or no scope.
    """
    prefix = "img" + secrets.token_hex(6)
    secret = f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    token = ApiToken(
        account=account,
        name=name,
        prefix=prefix,
        digest=_digest(secret),
        scopes=[Scope(scope).value for scope in dict.fromkeys(scopes)],
        expires_at=expires_at,
    )
    token.full_clean()
    with transaction.atomic():
        token.save(force_insert=True)
        record_event(
            account=account,
            actor=actor,
            action="token.created",
            object_id=prefix,
            detail={"name": name, "scopes": token.scopes},
        )
    return token, secret


def authenticate_token(secret: str) -> ApiToken:
    """Return the live token (its account loaded) whose secret this is, or raise InvalidToken."""
    written = _WRITTEN.fullmatch(secret)
    token = None
    if written is not None:
        token = ApiToken.objects.select_related("account").filter(prefix=written[1]).first()
    # Surrogates, which no header holds, must not become another error.
    given = _digest(secret)
    if not hmac.compare_digest(given, bytes(token.digest) if token else _NOBODY):
        raise InvalidToken
    if token is None or not token.is_live:
        raise InvalidToken
    _note_use(token)
    return token


def authenticate_member(*, email: str, secret: str) -> ApiToken:
    """Return the live token whose secret this is, shown by a member of its account.

    Raises InvalidToken, whichever of the two is wrong.
    """
    token = authenticate_token(secret)
    members = token.account.members.filter(user__email__iexact=email, user__is_active=True)
    if not email.isprintable() or not members.exists():  # Postgres has no text with NUL in it
        raise InvalidToken
    return token


def revoke_token(*, token: ApiToken, actor: Actor) -> None:
    """End a token at once, in every process: each request reads its row."""
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
            record_event(account=token.account, actor=actor, action="token.revoked", object_id=token.prefix)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _note_use(token: ApiToken) -> None:
    """Note that the token was used, at most once a minute: a write per request would be felt."""
    now = timezone.now()
    if token.last_used_at is not None and now - token.last_used_at < _USE_NOTED_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USE_NOTED_EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
