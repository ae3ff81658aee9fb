"""Renditions: the picture a decision asks for, found in the store or made by one flight."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from django.core.files.storage import Storage

from apps.delivery.claims import Claims, Fault
from apps.delivery.files import StoredFile, find_file
from apps.delivery.flights import Flights, admit_all
from apps.delivery.refusals import NotStored, WaitedTooLong
from apps.delivery.rendering import Base, Rendering
from apps.delivery.threads import DatabaseThreads
from apps.images.decide import Decision, RenditionKey, StoredRendition
from apps.images.metrics import measured
from apps.images.mezzanine import decide_mezzanine, lacks_subject
from apps.images.services import (
    find_rendition,
    forget_rendition,
    keep_focal_points,
    make_digest,
    store_rendition,
)
from apps.images.sources import open_original, open_rendition, read_focal_points
from apps.imaging.errors import (
    EmptyImage,
    ImagingError,
    LimitExceeded,
    OverlayError,
    RendererCrashed,
    RendererTimeout,
    SourceError,
    TooLargeToProcess,
)
from apps.imaging.geometry.focus import UNKNOWN, FocalPoints
from apps.imaging.recipe import OutputFormat
from apps.imaging.rendered import Rendered
from apps.imaging.renderer.wire.faults import read_fault, write_fault
from apps.imaging.renderer.wire.frames import WireError
from apps.imaging.subject import SUBJECT

# Another try within seconds would cost a worker's time and end the same.
_LASTING = (
    SourceError,
    EmptyImage,
    LimitExceeded,
    OverlayError,
    TooLargeToProcess,
    RendererTimeout,
    RendererCrashed,
)


@dataclass(frozen=True, slots=True)
class Picture:
    """What answers a link: a rendition, its file, and whether it was there before we were asked."""

    rendition: StoredRendition
    file: StoredFile
    was_stored: bool


class Renditions:
    """`wait_seconds` is how long a request waits for a flight; the flight itself ends by the renderer's.

    `mezzanines` are made by flights of their own, so that no flight waits for a seat that another holds; the
    mezzanines' own need none.
    """

    def __init__(
        self,
        *,
        storage: Callable[[], Storage],
        rendering: Rendering,
        threads: DatabaseThreads,
        claims: Claims,
        flights: Flights[RenditionKey, StoredRendition | None],
        wait_seconds: float,
        mezzanines: Renditions | None = None,
    ) -> None:
        self._storage = storage
        self._rendering = rendering
        self._threads = threads
        self._claims = claims
        self._flights = flights
        self._wait_seconds = wait_seconds
        self._mezzanines = mezzanines

    async def find(self, decision: Decision) -> Picture | None:
        """Return the stored picture; a row without its file counts as a miss."""
        if decision.rendition is None:
            return None
        file = await find_file(self._storage(), decision.rendition)
        return Picture(decision.rendition, file, was_stored=True) if file else None

    async def make(self, decision: Decision, *, admit: Callable[[], None] = admit_all) -> Picture | None:
        """Return the picture after it was made; None when the image went or changed while it was.

        `admit` may refuse, by raising, to have it made where nobody is at it yet. Raises imaging's errors,
        images' OriginalMissing, and the refusals of flights.
        """
        made = await self._flights.join(
            decision.key,
            partial(self._fly, decision),
            owner=decision.account_pk,
            admit=admit,
            wait_seconds=self._wait_seconds,
        )
        file = await find_file(self._storage(), made) if made else None
        return Picture(made, file, was_stored=False) if made and file else None

    def have_room(self, decision: Decision) -> bool:
        """Whether a render would begin at once."""
        return self._rendering.has_room(decision.account_pk)

    async def _fly(self, decision: Decision) -> StoredRendition | None:
        """Make it, or wait for the process that does: the one whose claim stands (see claims)."""
        if decision.rendition is not None:
            # Its file is gone; as long as its row stays, nothing else can take its key.
            await self._threads.run(forget_rendition, storage_key=decision.rendition.storage_key)
        digest = make_digest(decision.key)
        while not await self._claims.take(digest):
            await self._wait_elsewhere(digest, decision)
            if (made := await self._find_made(decision)) is not None:
                return made
        fault = None
        try:
            # Whoever looked just before another flight landed, here or elsewhere, need not fly again.
            return await self._find_made(decision) or await self._render_and_store(decision)
        except ImagingError as error:
            fault = write_fault(error, decision.recipe.drawn_images) if is_lasting(error) else None
            raise
        finally:
            await self._claims.land(digest, fault)

    async def _wait_elsewhere(self, digest: bytes, decision: Decision) -> None:
        """Return once another process' flight is over, or raise what it met."""
        try:
            async with asyncio.timeout(self._wait_seconds):
                fault = await self._claims.wait(digest)
        except TimeoutError as error:
            raise WaitedTooLong from error
        if fault is not None and (met := _read_fault(fault, decision)) is not None:
            raise met

    async def _find_made(self, decision: Decision) -> StoredRendition | None:
        return await self._threads.run(find_rendition, key=decision.key)

    async def _render_and_store(self, decision: Decision) -> StoredRendition | None:
        rendered = await self._render(decision)
        if rendered is None:
            return None
        try:
            with measured("store", decision.output):
                return await self._threads.run(
                    store_rendition,
                    account_pk=decision.account_pk,
                    key=decision.key,
                    rendered=rendered,
                )
        except OSError as error:  # the disk is full, or the object store is away
            raise NotStored from error

    async def _render(self, decision: Decision) -> Rendered | None:
        """Return the rendition; None when the image went or changed before its mezzanine was there."""
        base = await self._find_base(decision)
        return None if base is None else await self._rendering.render(decision, base)

    async def _find_base(self, decision: Decision) -> Base | None:
        image, wanted = decision.image, decide_mezzanine(decision)
        known = read_focal_points(image.focal_points)
        if wanted is None or self._mezzanines is None:
            return Base(partial(open_original, image.storage_key), known)
        wanted = replace(wanted, rendition=await self._find_made(wanted))
        mezzanine = await self._mezzanines.find(wanted)
        if mezzanine is None:  # whoever is here has been admitted
            mezzanine = await self._mezzanines.make(wanted, admit=lambda: None)
        if mezzanine is None:
            return None
        if lacks_subject(decision.recipe, image.source, known):
            known = known.join(await self._find_subject(decision))
        opener = partial(open_rendition, mezzanine.rendition.storage_key)
        return Base(opener, known, stands_for=image.source.oriented_size)

    async def _find_subject(self, decision: Decision) -> FocalPoints:
        """Look for an image's focal points in its original, and keep them for all other renditions."""
        image, key = decision.image, replace(decision.key, output=OutputFormat.JPEG)
        looking = await self._render(replace(decision, recipe=SUBJECT, key=key, overlays=()))
        if looking is None or looking.found is None:
            return UNKNOWN
        keep = partial(keep_focal_points, image_pk=image.pk, image_version=image.version)
        await self._threads.run(keep, found=looking.found)
        return looking.found


def is_lasting(error: BaseException) -> bool:
    """Whether a failed render is the picture's doing, so that trying again at once is in vain."""
    return isinstance(error, _LASTING)


def _read_fault(fault: Fault, decision: Decision) -> ImagingError | None:
    """Return what another process met; None for what another release calls it: then we see for ourselves."""
    try:
        return read_fault(fault, decision.recipe.drawn_images)
    except WireError:
        return None
