"""A continuation token: the place in a list where the next page starts, opaque and signed.

It holds for the list it came from: with other filters or another order it is refused, rather than
answered with a page of something else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core import signing

from apps.api.refusals import BadPart
from apps.images.listing import Place
from apps.images.models import Image

NAME = "continuation_token"
_SALT = "images.list"


def write_token(last: Image, asked: Mapping[str, Any]) -> str:
    """Return the token for what follows an image in the list that `asked` describes."""
    if last.uploaded_at is None:
        raise ValueError("drafts are in no list")
    return signing.dumps([last.uploaded_at.isoformat(), last.pk, _digest(asked)], salt=_SALT)


def read_token(token: str, asked: Mapping[str, Any]) -> Place:
    """Return where a token points, or raise BadPart."""
    try:
        uploaded_at, pk, digest = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise BadPart(NAME, "is not one that this server gave") from error
    if digest != _digest(asked):
        raise BadPart(NAME, "is of another list: ask for the next page as for the first")
    return Place(datetime.fromisoformat(uploaded_at), pk)


def _digest(asked: Mapping[str, Any]) -> str:
    text = json.dumps(asked, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
