"""Renditions: the picture a decision asks for, found in the store or made by one flight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Protocol

from django.core.files.storage import Storage

from apps.delivery.files import StoredFile, find_file
from apps.delivery.flights import Flights
from apps.delivery.refusals import NotStored
from apps.delivery.threads import DatabaseThreads
from apps.images.decide import Decision, RenditionKey, StoredRendition
from apps.images.renderer import RENDER_LIMITS
from apps.images.services import find_rendition, forget_rendition, store_rendition
from apps.images.sources import open_original, read_focal_points
from apps.imaging.errors import (
    EmptyImage,
    LimitExceeded,
    OverlayError,
    RendererCrashed,
    RendererTimeout,
    SourceError,
    TooLargeToProcess,
)
from apps.imaging.geometry.focus import FocalPoints
from apps.imaging.limits import Limits
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.rendered import Rendered

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


class Renderer(Protocol):
    """What this room asks of the renderer's asynchronous client."""

    async def render(
        self,
        source: bytes | BinaryIO,
        recipe: Recipe,
        output: OutputFormat,
        *,
        limits: Limits,
        generation: Generation,
        known: FocalPoints,
        overlays: Mapping[str, bytes | BinaryIO],
    ) -> Rendered: ...


@dataclass(frozen=True, slots=True)
class Picture:
    """What answers a link: a rendition, its file, and whether it was there before we were asked."""

    rendition: StoredRendition
    file: StoredFile
    was_stored: bool


class Renditions:
    """`wait_seconds` is how long a request waits for a flight; the flight itself ends by the renderer's."""

    def __init__(
        self,
        *,
        storage: Callable[[], Storage],
        renderer: Renderer,
        threads: DatabaseThreads,
        flights: Flights[RenditionKey, StoredRendition | None],
        wait_seconds: float,
    ) -> None:
        self._storage = storage
        self._renderer = renderer
        self._threads = threads
        self._flights = flights
        self._wait_seconds = wait_seconds

    async def find(self, decision: Decision) -> Picture | None:
        """Return the stored picture; a row without its file counts as a miss."""
        if decision.rendition is None:
            return None
        file = await find_file(self._storage(), decision.rendition)
        return Picture(decision.rendition, file, was_stored=True) if file else None

    async def make(self, decision: Decision) -> Picture | None:
        """Return the picture after it was made; None when the image went or changed while it was.

        Raises imaging's errors, images' OriginalMissing, and the refusals of flights.
        """
        made = await self._flights.join(
            decision.key, partial(self._render_and_store, decision), wait_seconds=self._wait_seconds
        )
        file = await find_file(self._storage(), made) if made else None
        return Picture(made, file, was_stored=False) if made and file else None

    async def _render_and_store(self, decision: Decision) -> StoredRendition | None:
        if decision.rendition is not None:
            # Its file is gone; as long as its row stays, nothing else can take its key.
            await self._threads.run(forget_rendition, storage_key=decision.rendition.storage_key)
        # Whoever looked just before another flight landed, here or in another process, need not fly again.
        if (made := await self._threads.run(find_rendition, key=decision.key)) is not None:
            return made
        rendered = await self._render(decision)
        try:
            return await self._threads.run(
                store_rendition,
                account_pk=decision.account_pk,
                key=decision.key,
                rendered=rendered,
            )
        except OSError as error:  # the disk is full, or the object store is away
            raise NotStored from error

    async def _render(self, decision: Decision) -> Rendered:
        storage_keys = [decision.image.storage_key, *(overlay.storage_key for overlay in decision.overlays)]
        with ExitStack() as stack:
            source, *overlays = await self._threads.run(_open_sources, storage_keys, stack)
            return await self._renderer.render(
                source,
                decision.recipe,
                decision.output,
                limits=RENDER_LIMITS,
                generation=decision.key.generation,
                known=read_focal_points(decision.image.focal_points),
                overlays=dict(zip(decision.recipe.drawn_images, overlays, strict=True)),
            )


def is_lasting(error: BaseException) -> bool:
    """Whether a failed render is the picture's doing, so that trying again at once is in vain."""
    return isinstance(error, _LASTING)


def _open_sources(storage_keys: list[str], stack: ExitStack) -> list[bytes | BinaryIO]:
    """Return originals as files whose descriptors can be passed, or as bytes where they have none."""
    return [_open_source(stack.enter_context(open_original(storage_key))) for storage_key in storage_keys]


def _open_source(file: BinaryIO) -> bytes | BinaryIO:
    try:
        file.fileno()
    except (OSError, AttributeError):
        with file:
            return file.read()
    return file
