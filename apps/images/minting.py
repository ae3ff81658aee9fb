"""Minting: signed links made on the server, for clients that must not hold a signing key.

A link is decided about before it is handed out, exactly as a viewer's request would be: what cannot work is
refused to the one who asks for it, and not to those who get the link.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from apps.images.decide import decide
from apps.images.download import find_download
from apps.images.links import parse_link, write_signed_link
from apps.images.lookup import look_up
from apps.images.models import Image
from apps.images.renderer import RENDER_LIMITS, finds_faces
from apps.signing.errors import SigningKeyNotFound
from apps.signing.models import SigningKey
from apps.signing.services import reveal_value


@dataclass(frozen=True, slots=True)
class SignedLink:
    """`expires_at` is None for a link that works as long as its key lives."""

    url: str
    key_name: str
    expires_at: datetime | None


def mint_link(
    *, image: Image, segment: str, key_name: str | None = None, expires_in_seconds: int | None = None
) -> SignedLink:
    """Return a signed link to an image; `segment` is a variant's name or options.

    Without a name, the oldest key signs. Raises SigningKeyNotFound, and what `decide` raises.
    """
    keys = SigningKey.objects.in_account(image.account)
    key = keys.filter(name=key_name).first() if key_name is not None else keys.first()
    if key is None:
        raise SigningKeyNotFound(key_name or "")
    now = int(time.time())
    expires_at = None if expires_in_seconds is None else now + expires_in_seconds
    target = write_signed_link(
        image.account.hash, image.public_id, segment, key=reveal_value(key), expires_at=expires_at
    )
    link = parse_link(target.encode("ascii"))
    facts = look_up(link, settings.FIELD_KEYS)
    if find_download(link, facts, now=now) is None:
        decide(link, facts, accept="", now=now, limits=RENDER_LIMITS, finds_faces=finds_faces())
    return SignedLink(
        url=settings.DELIVERY_URL + target,
        key_name=key.name,
        expires_at=None if expires_at is None else datetime.fromtimestamp(expires_at, UTC),
    )
