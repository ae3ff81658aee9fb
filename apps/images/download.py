"""A download: an image's original as it was sent, at `/<hash>/<id>/original`, if the account allows it. Pure.

Who may see the image's pictures may have it: a private one's needs a signed link. While it is allowed, the
word means this and no variant.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from apps.images.decide import Access, Facts, ImageFacts, check_access, find_max_age
from apps.images.links import Link

SEGMENT = "original"


@dataclass(frozen=True, slots=True)
class Download:
    """`digest` is the bytes' SHA-256 in hexadecimal; `filename` is the sender's, or the id's last part."""

    account_pk: int
    image: ImageFacts
    digest: str
    filename: str
    is_shared: bool
    max_age_seconds: int

    @property
    def storage_key(self) -> str:
        return self.image.storage_key

    @property
    def size_bytes(self) -> int:
        return self.image.source.size_bytes


def find_download(link: Link, facts: Facts | None, *, now: int) -> Download | None:
    """Return the original a link asks for, None for a link that asks for none; raises AccessDenied."""
    if facts is None or facts.original is None or facts.image is None:
        return None
    image, (digest, filename) = facts.image, facts.original
    facts = replace(facts, variant=None)
    access = check_access(link, facts, image, now)
    is_shared = access is not Access.SIGNATURE and not link.signature.is_given
    return Download(
        account_pk=facts.account_pk,
        image=image,
        digest=digest,
        filename=filename or link.image_id.rpartition("/")[2],
        is_shared=is_shared,
        max_age_seconds=find_max_age(link, facts, is_shared, now),
    )
