"""The account's fallback: what a page shows where an image is missing, told as missing all the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from apps.delivery.headers import as_missing
from apps.delivery.messages import DeliveryRequest, DeliveryResponse
from apps.images.decide import Facts
from apps.images.download import SEGMENT
from apps.images.errors import DecisionError, LinkError, NoSuchImage
from apps.images.links import Link, SignaturePart
from apps.imaging.errors import ImagingError

_CONDITIONS = frozenset({"if-none-match", "if-range", "range"})
Answer = Callable[[Link, DeliveryRequest], Awaitable[DeliveryResponse]]


def find_fallback(link: Link, facts: Facts | None) -> Link | None:
    """Return the link to what stands in for a missing image, in the variant or by the options asked for."""
    if facts is None or facts.image is not None or facts.fallback_image in {"", link.image_id}:
        return None
    if link.segment == SEGMENT:  # nothing stands in for an original
        return None
    return replace(link, image_id=facts.fallback_image, signature=SignaturePart(b""))


async def answer_fallback(link: Link, request: DeliveryRequest, answer: Answer) -> DeliveryResponse:
    """Return the stand-in with status 404, for nobody to keep: the image may be there the next moment.

    Raises NoSuchImage where it cannot be shown to everyone, or not in this variant.
    """
    try:
        found = await answer(link, replace(request, headers=without_conditions(request.headers)))
    except (DecisionError, LinkError, ImagingError) as error:
        raise NoSuchImage from error
    return replace(found, status=404, headers=as_missing(found.headers))


def without_conditions(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers without those on what the client has: that is of the missing image, not of this."""
    return {name: value for name, value in headers.items() if name not in _CONDITIONS}
