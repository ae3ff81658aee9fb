"""The one SQL statement that fetches all that decides about a link, and the reading of its row.

Plain SQL, because two kinds of connection run it: the delivery plane's async pool and Django's own.
Renditions come as arrays of text, not as JSON: the statement takes an eighth less time. Keys are read
for private images only, and other images only where they are drawn.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from apps.images.decide import (
    Facts,
    ImageFacts,
    StoredRendition,
    VariantFacts,
    list_fingerprints,
    read_recipe,
)
from apps.images.links import Link
from apps.images.overlays import OverlayFacts
from apps.images.remote import RemoteLink
from apps.imaging.errors import OptionsError
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat
from apps.imaging.source import SourceFormat, SourceInfo
from apps.signing.secrets import UnreadableSecret, decrypt_value

logger = logging.getLogger(__name__)

_SELECT = """
SELECT
    account.id, {is_flexible}, policy.has_signed_options, {browser_ttl_seconds},
    ARRAY(SELECT signing_key.encrypted_value FROM signing_signingkey signing_key
          WHERE signing_key.account_id = account.id AND image.is_private),
    image.id, image.version, image.is_private, image.storage_key,
    image.format, image.width, image.height, image.frames, image.has_alpha, image.size_bytes,
    image.focal_points,
    variant.id, variant.options, variant.is_public, variant.browser_ttl_seconds, variant.avif_deadline_ms,
    ARRAY(SELECT ARRAY[rendition.format, rendition.generation, rendition.storage_key, rendition.digest,
                       rendition.size_bytes::text, rendition.fingerprint, rendition.overlays]
     FROM images_rendition rendition
     WHERE rendition.image_id = image.id AND rendition.image_version = image.version
       AND rendition.fingerprint = ANY(coalesce(variant.fingerprints, %(fingerprints)s::text[]))),
    ARRAY(SELECT ARRAY[overlay.public_id, overlay.id::text, overlay.version::text, overlay.is_private::text,
                       overlay.storage_key]
     FROM unnest(coalesce(variant.drawn_images, %(drawn_images)s::text[])) drawn(image_id)
     JOIN images_image overlay ON overlay.account_id = account.id AND overlay.public_id = drawn.image_id
         AND overlay.deleted_at IS NULL AND NOT overlay.is_draft AND NOT overlay.is_remote),
    CASE WHEN policy.has_original_downloads AND %(variant)s::text = 'original'
         THEN ARRAY[encode(image.sha256, 'hex'), image.filename] END,
    CASE WHEN image.id IS NULL THEN policy.fallback_image ELSE '' END
"""
LOOKUP_SQL = (
    _SELECT.format(is_flexible="policy.is_flexible", browser_ttl_seconds="policy.browser_ttl_seconds")
    + """
FROM accounts_account account
JOIN variants_deliverypolicy policy ON policy.account_id = account.id
LEFT JOIN images_image image ON image.account_id = account.id AND image.public_id = %(image_id)s
    AND image.deleted_at IS NULL AND NOT image.is_draft AND NOT image.is_remote
LEFT JOIN variants_variant variant ON variant.account_id = account.id AND variant.name = %(variant)s
WHERE account.hash = %(account_hash)s
"""
)
# The account is found by host, and a browser may keep the answer while the copy of the source is fresh. That
# no variant is named by such a link leaves everything else as above.
REMOTE_SQL = (
    _SELECT.format(
        is_flexible="true",
        browser_ttl_seconds="greatest(0, extract(epoch FROM source.fresh_until - now()))::integer",
    )
    + """
    , policy.allowed_origins, coalesce(source.fresh_until > now(), false),
    source.stale_until > source.fresh_until
FROM images_deliveryhost host
JOIN accounts_account account ON account.id = host.account_id
JOIN variants_deliverypolicy policy ON policy.account_id = account.id
LEFT JOIN images_image image ON image.account_id = account.id AND image.public_id = %(image_id)s
    AND image.deleted_at IS NULL AND image.is_remote
LEFT JOIN images_remotesource source ON source.image_id = image.id
LEFT JOIN variants_variant variant ON false
WHERE host.name = %(host)s
"""
)


def lookup_sql(link: Link) -> str:
    """Return the statement that asks about a link."""
    return REMOTE_SQL if isinstance(link, RemoteLink) else LOOKUP_SQL


def lookup_parameters(link: Link) -> Mapping[str, str | list[str] | None]:
    """Return the statement's parameters; options that cannot be read have no renditions."""
    fingerprints: list[str] = []
    drawn_images = None
    if link.is_flexible:
        try:
            recipe, _ = read_recipe(link.segment)
            fingerprints = list(list_fingerprints(link.segment))
            drawn_images = list(recipe.drawn_images) or None
        except OptionsError:
            pass  # decide() raises it again, once it is known that the asker may see the image.
    return {
        "account_hash": link.account_hash,
        "image_id": link.image_id,
        "variant": None if link.is_flexible else link.segment,
        "fingerprints": fingerprints,
        "drawn_images": drawn_images,
        "host": link.host if isinstance(link, RemoteLink) else None,
    }


def facts_from_row(row: Sequence[Any] | None, field_keys: Sequence[str]) -> Facts | None:
    """Return what a row says, or None when no account has the link's hash, or its host."""
    if row is None:
        return None
    account_pk, is_flexible, has_signed_options, ttl, encrypted_keys, *rest = row
    image, variant, (renditions, overlays, original, fallback_image, *remote) = (
        rest[:11],
        rest[11:16],
        rest[16:],
    )
    allowed_origins, is_fresh, may_be_shared = remote or ((), True, True)
    return Facts(
        account_pk=account_pk,
        is_flexible=is_flexible,
        browser_ttl_seconds=ttl,
        signing_keys=_read_keys(encrypted_keys, field_keys),
        image=None if image[0] is None else _image_facts(image),
        variant=None if variant[0] is None else VariantFacts(*variant),
        renditions=tuple(_stored_rendition(values) for values in renditions),
        overlays=tuple(map(OverlayFacts.from_row, overlays)),
        has_signed_options=has_signed_options,
        allowed_origins=tuple(allowed_origins),
        is_fresh=is_fresh,
        may_be_shared=bool(may_be_shared),
        original=None if original is None or image[0] is None else (original[0], original[1]),
        fallback_image=fallback_image,
    )


def look_up(link: Link, field_keys: Sequence[str]) -> Facts | None:
    """Run the statement on Django's connection."""
    with connection.cursor() as cursor:
        cursor.execute(lookup_sql(link), lookup_parameters(link))
        return facts_from_row(cursor.fetchone(), field_keys)


def _read_keys(encrypted_keys: Sequence[str], field_keys: Sequence[str]) -> tuple[str, ...]:
    """Return the keys in clear; one that cannot be read opens nothing, and leaves the others working."""
    keys = []
    for encrypted in encrypted_keys:
        try:
            keys.append(decrypt_value(encrypted, field_keys))
        except UnreadableSecret:
            logger.error("A signing key cannot be decrypted with FIELD_KEYS: was one of them dropped?")
    return tuple(keys)


def _image_facts(values: Sequence[Any]) -> ImageFacts:
    pk, version, is_private, storage_key, *facts, focal_points = values
    format_, width, height, frames, has_alpha, size_bytes = facts
    source = SourceInfo(
        format=SourceFormat(format_),
        width=width,
        height=height,
        frames=frames,
        has_alpha=has_alpha,
        size_bytes=size_bytes,
    )
    return ImageFacts(pk, version, is_private, storage_key, source, focal_points)


def _stored_rendition(values: Sequence[str]) -> StoredRendition:
    format_, generation, storage_key, digest, size_bytes, fingerprint, overlays = values
    return StoredRendition(
        OutputFormat(format_),
        Generation(generation),
        storage_key,
        digest,
        int(size_bytes),
        fingerprint,
        overlays,
    )
