"""Rendering: one picture made by the renderer, in its account's turn, from whichever file it is made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Protocol, TypeAlias

from apps.delivery.refusals import StoreAway
from apps.delivery.threads import DatabaseThreads
from apps.delivery.turns import Turns
from apps.images.decide import Decision
from apps.images.metrics import measured
from apps.images.renderer import RENDER_LIMITS
from apps.images.sources import open_original
from apps.imaging.box import Size
from apps.imaging.geometry.focus import FocalPoints
from apps.imaging.limits import Limits
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.rendered import Rendered


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
        stands_for: Size | None,
    ) -> Rendered: ...


Opener: TypeAlias = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Base:
    """What a rendition is made from: the original, or the mezzanine that stands for one of that size."""

    open: Opener
    known: FocalPoints
    stands_for: Size | None = None


class Rendering:
    """What is common to all that is made: the renderer, turns at it, and threads that open files."""

    def __init__(self, *, renderer: Renderer, threads: DatabaseThreads, turns: Turns) -> None:
        self._renderer = renderer
        self._threads = threads
        self._turns = turns

    def has_room(self, account_pk: int) -> bool:
        """Whether a render of the account's would begin at once."""
        return self._turns.has_room(account_pk)

    async def render(self, decision: Decision, base: Base) -> Rendered:
        """Return what a decision asks for, once it is the account's turn.

        Raises imaging's errors, OriginalMissing, StoreAway, or QueueFull.
        """
        overlays = (partial(open_original, overlay.storage_key) for overlay in decision.overlays)
        async with self._turns.turn(decision.account_pk):
            with ExitStack() as stack:
                with measured("open", decision.output):
                    source, *drawn = await self._threads.run(_open_sources, [base.open, *overlays], stack)
                stack.enter_context(measured("render", decision.output))
                return await self._renderer.render(
                    source,
                    decision.recipe,
                    decision.output,
                    limits=RENDER_LIMITS,
                    generation=decision.key.generation,
                    known=base.known,
                    overlays=dict(zip(decision.recipe.drawn_images, drawn, strict=True)),
                    stands_for=base.stands_for,
                )


def _open_sources(openers: Iterable[Opener], stack: ExitStack) -> list[bytes | BinaryIO]:
    """Return sources as files whose descriptors can be passed, or as bytes where they have none."""
    try:
        return [_open_source(stack.enter_context(opener())) for opener in openers]
    except OSError as error:
        raise StoreAway from error


def _open_source(file: BinaryIO) -> bytes | BinaryIO:
    try:
        file.fileno()
    except (OSError, AttributeError):
        with file:
            return file.read()
    return file
