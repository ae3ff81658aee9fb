"""Batch tokens: an hour's leave to act for an API token on the batch routes, without the API's usual limits.

They are signed, not stored: what one may do is what its API token may do at that moment, and when that one
is revoked it opens nothing either.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.utils import timezone

from apps.accounts.actor import Actor
from apps.accounts.errors import InvalidToken
from apps.accounts.models import ApiToken
from apps.accounts.services import record_event

LIFETIME = timedelta(hours=1)
_signer = signing.TimestampSigner(salt="accounts.batch_token")


def create_batch_token(*, token: ApiToken, actor: Actor) -> tuple[str, datetime]:
    """Return a batch token and when it ends."""
    with transaction.atomic():
        record_event(account=token.account, actor=actor, action="batch_token.created", object_id=token.prefix)
    return _signer.sign(token.prefix), timezone.now() + LIFETIME


def authenticate_batch_token(secret: str) -> ApiToken:
    """Return the live API token (its account loaded) a batch token stands for, or raise InvalidToken."""
    try:
        prefix = _signer.unsign(secret, max_age=LIFETIME)
    except (signing.BadSignature, UnicodeEncodeError) as error:  # no header holds what UTF-8 cannot
        raise InvalidToken from error
    token = ApiToken.objects.select_related("account").filter(prefix=prefix).first()
    if token is None or not token.is_live:
        raise InvalidToken
    return token
