"""The access verdict: whether a link is open and by what, and of a bad signature what was signed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from apps.accounts.models import Account
from apps.images.decide import Access, Facts, check_access
from apps.images.errors import AccessDenied, SignatureMissing, SignatureWrong
from apps.images.explanation import AccessVerdict, Signed
from apps.images.links import Link, parse_link, write_signed_link
from apps.signing.models import SigningKey
from apps.signing.secrets import UnreadableSecret
from apps.signing.services import reveal_value
from apps.signing.signature import sign, verify


def judge_access(
    link: Link, facts: Facts, *, now: int, keys: Mapping[str, str], tells_signatures: bool
) -> AccessVerdict | None:
    """Return the verdict on a link to an image that is there; None when it is not.

    `keys` are the account's values by name, read for private images only.
    """
    if facts.image is None:
        return None
    signed_text = link.signature.signed_texts[-1].decode("ascii")
    try:
        access = check_access(link, facts, facts.image, now)
    except AccessDenied as error:
        is_at_fault = isinstance(error, SignatureWrong | SignatureMissing)
        right = {name: sign(signed_text, value) for name, value in keys.items()} if is_at_fault else {}
        shown = tuple(Signed(*each) for each in right.items()) if tells_signatures else ()
        return AccessVerdict(False, str(error), signed_text, _find_key(link, keys), shown)
    signed_by = _find_key(link, keys) if access is Access.SIGNATURE else None
    return AccessVerdict(True, access.value, signed_text, signed_by)


def read_keys(facts: Facts | None) -> dict[str, str]:
    """Return the values of an account's keys by name, if they decide about the image."""
    if facts is None or facts.image is None or not facts.image.is_private:
        return {}
    keys: dict[str, str] = {}
    for key in SigningKey.objects.in_account(Account(pk=facts.account_pk)):
        with suppress(UnreadableSecret):  # it opens nothing at the delivery either
            keys[key.name] = reveal_value(key)
    return keys


def sign_well(link: Link, keys: Mapping[str, str]) -> Link | None:
    """Return a link to the same picture that is signed as it should be; None without a key."""
    for key in keys.values():
        signed = write_signed_link(link.account_hash, link.image_id, link.segment, key=key)
        return parse_link(signed.encode("ascii"))
    return None


def _find_key(link: Link, keys: Mapping[str, str]) -> str | None:
    signature = link.signature
    if signature.sig is None:
        return None
    for text in signature.signed_texts:
        for name, value in keys.items():
            if verify(text, signature.sig, [value]):
                return name
    return None
