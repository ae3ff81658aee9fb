"""The headers of a delivery answer, by kind; names are lower-case, as ASGI wants them."""

from __future__ import annotations

from collections.abc import Mapping

from apps.cdn.dialect import find_dialect
from apps.cdn.headers import NO_STORE, CachePolicy, cache_headers
from apps.cdn.keys import account_key, image_key, variant_key
from apps.delivery.hints import CLIENT_HINTS, list_headers
from apps.delivery.renditions import Picture
from apps.images.decide import Decision, StoredRendition
from apps.images.download import Download

# A picture opened by itself is a document of our origin, an SVG even one that could run scripts: it may do
# nothing there, has no origin (sandbox), and is what we say it is.
_SAFETY = {
    "x-content-type-options": "nosniff",
    "content-security-policy": (
        "default-src 'none'; navigate-to 'none'; form-action 'none'; img-src data:; "
        "style-src 'unsafe-inline'; sandbox"
    ),
    "access-control-allow-origin": "*",
}
_TEXT = {"content-type": "text/plain; charset=utf-8"}


def picture_headers(decision: Decision, rendition: StoredRendition) -> dict[str, str]:
    """Return what a picture and its 304 have in common: validator, lifetime, keys."""
    return {"etag": f'"{rendition.digest}"'} | decision_headers(decision)


def download_headers(download: Download) -> dict[str, str]:
    """Return what an original and its 304 have in common."""
    policy = CachePolicy(
        max_age_seconds=download.max_age_seconds,
        is_shared=download.is_shared,
        surrogate_keys=(account_key(download.account_pk), image_key(download.image.pk)),
    )
    return {"etag": f'"{download.digest}"'} | _lower(cache_headers(policy, find_dialect())) | _SAFETY


def as_missing(headers: Mapping[str, str]) -> dict[str, str]:
    """Return a picture's headers as those of one that stands in for what is missing: nobody may keep it."""
    kept = {name: headers[name] for name in ("content-type", "content-length") if name in headers}
    return kept | _lower(NO_STORE) | _SAFETY | {"cf-resized": "err=9431"}


def decision_headers(decision: Decision) -> dict[str, str]:
    """Return the headers that are certain before there is a picture."""
    shown = [decision.image.pk, *(overlay.pk for overlay in decision.overlays)]
    keys = [account_key(decision.account_pk), *(image_key(pk) for pk in dict.fromkeys(shown))]
    if decision.variant_pk is not None:
        keys.append(variant_key(decision.variant_pk))
    policy = CachePolicy(
        max_age_seconds=decision.max_age_seconds,
        is_shared=decision.is_shared,
        varies_by=("Accept",) * decision.is_negotiated + list_headers(decision.hinted_by),
        surrogate_keys=tuple(keys),
        is_passing=decision.is_stand_in,
    )
    headers = _lower(cache_headers(policy, find_dialect())) | _SAFETY
    if decision.advice:
        # As the original says it (catalogue §4.11).
        headers["warning"] = ", ".join(f'cf-images 299 "{sentence}"' for sentence in decision.advice)
    if decision.hinted_by:
        wanted = (name for topic in decision.hinted_by for name in CLIENT_HINTS[topic])
        headers["accept-ch"] = ", ".join(wanted)
    return headers


def body_headers(picture: Picture, part: tuple[int, int] | None = None) -> dict[str, str]:
    """Return what describes the body: all of the picture, or the part (start, length) of it."""
    rendition = picture.rendition
    start, length = part or (0, rendition.size_bytes)
    headers = {
        "content-type": rendition.output.content_type,
        "content-length": str(length),
        "accept-ranges": "bytes",
        "cf-resized": f"internal=ok/{'h' if picture.was_stored else 'm'} l={rendition.size_bytes}",
    }
    if part is not None:
        headers["content-range"] = f"bytes {start}-{start + length - 1}/{rendition.size_bytes}"
    return headers


def error_headers(code: int, body: bytes) -> dict[str, str]:
    """Return the headers of an error's text."""
    return plain_headers(body) | {"cf-resized": f"err={code}"}


def plain_headers(body: bytes) -> dict[str, str]:
    """Return the headers of a text that nobody may keep."""
    return _TEXT | {"content-length": str(len(body))} | _lower(NO_STORE) | _SAFETY


def preflight_headers() -> dict[str, str]:
    """Return the answer to a browser that asks whether another origin's script may read pictures: yes."""
    return _SAFETY | {
        "allow": "GET, HEAD, OPTIONS",
        "access-control-allow-methods": "GET, HEAD, OPTIONS",
        "access-control-allow-headers": "*",
        "access-control-max-age": "86400",
        "cache-control": NO_STORE["Cache-Control"],
    }


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
