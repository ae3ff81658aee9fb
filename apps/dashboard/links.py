"""Delivery links as pages show them: public ones as they are, private ones signed for a while."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from apps.accounts.models import Account
from apps.images.links import write_link, write_signed_link
from apps.images.models import Image
from apps.signing.models import SigningKey
from apps.signing.services import reveal_value
from apps.variants.models import Variant

# How long a link handed out may work; 0 means for ever.
LIFETIMES = {3600: "1 hour", 86_400: "1 day", 604_800: "1 week", 2_592_000: "30 days", 0: "no expiry"}
DEFAULT_LIFETIME = 86_400
# Previews are signed to the end of the next quarter of an hour: equal links for a while, so that a browser's
# cache can serve them, and nothing worth copying.
_PREVIEW_SECONDS = 900
_TILE_VARIANTS = ("thumbnail", "public")
_LARGE_VARIANTS = ("public", "thumbnail")


@dataclass(frozen=True, slots=True)
class DeliveryLink:
    """`expires_at` is None for links that work for ever."""

    variant: Variant
    url: str
    is_signed: bool
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """An image in the grid; `thumbnail` is empty when the account has no variant to show it with."""

    image: Image
    thumbnail: str
    copy_url: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A variant as it makes one picture look; `url` is empty when there is none to show."""

    variant: Variant
    url: str


class LinkWriter:
    """Writes links of one account; its variants and key are read once, when first needed."""

    def __init__(self, account: Account, *, now: int | None = None) -> None:
        self._account = account
        self._now = int(time.time()) if now is None else now
        self.variants: list[Variant] = list(Variant.objects.in_account(account))
        self._named = {variant.name: variant for variant in self.variants}
        self._key: str | None = None

    def tiles(self, images: Iterable[Image]) -> list[Tile]:
        return [Tile(image, self.thumbnail(image), self._copy_url(image)) for image in images]

    def thumbnail(self, image: Image) -> str:
        return self._preview(image, _TILE_VARIANTS)

    def preview(self, image: Image) -> str:
        return self._preview(image, _LARGE_VARIANTS)

    def samples(self, image: Image | None) -> list[Sample]:
        """Return how each variant makes this image look."""
        return [
            Sample(variant, self._preview(image, [variant.name]) if image else "")
            for variant in self.variants
        ]

    def links(self, image: Image, *, lifetime_seconds: int) -> list[DeliveryLink]:
        """Return one link per variant, signed where this image and variant need it."""
        expires_at = self._now + lifetime_seconds if lifetime_seconds else None
        return [self._link(image, variant, expires_at) for variant in self.variants]

    def _link(self, image: Image, variant: Variant, expires_at: int | None) -> DeliveryLink:
        if not image.is_private or variant.is_public:
            return DeliveryLink(variant, self._plain(image, variant.name), is_signed=False)
        until = None if expires_at is None else datetime.fromtimestamp(expires_at, UTC)
        return DeliveryLink(variant, self._signed(image, variant.name, expires_at), True, until)

    def _preview(self, image: Image, names: Sequence[str]) -> str:
        variant = next((self._named[name] for name in names if name in self._named), None)
        if variant is None:
            return ""
        quarter = (self._now // _PREVIEW_SECONDS + 2) * _PREVIEW_SECONDS
        return self._link(image, variant, quarter).url

    def _copy_url(self, image: Image) -> str:
        variant = self._named.get("public")
        if variant is None:
            return ""
        return self._link(image, variant, self._now + DEFAULT_LIFETIME).url

    def _plain(self, image: Image, name: str) -> str:
        return settings.DELIVERY_URL + write_link(self._account.hash, image.public_id, name)

    def _signed(self, image: Image, name: str, expires_at: int | None) -> str:
        return settings.DELIVERY_URL + write_signed_link(
            self._account.hash, image.public_id, name, key=self._signing_key(), expires_at=expires_at
        )

    def _signing_key(self) -> str:
        """Return the oldest key's value; an account always has one."""
        if self._key is None:
            self._key = reveal_value(
                SigningKey.objects.in_account(self._account).earliest("created_at", "id")
            )
        return self._key
