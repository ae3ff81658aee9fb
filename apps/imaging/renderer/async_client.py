"""AsyncRendererClient: asks the isolated renderer from an event loop (delivery); asyncio's own or uvloop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from apps.imaging.box import Size
from apps.imaging.cage import CageReport
from apps.imaging.errors import BadReply, RendererBusy, RendererCrashed
from apps.imaging.geometry.focus import UNKNOWN, FocalPoints
from apps.imaging.limits import Limits
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.rendered import Rendered
from apps.imaging.renderer.connecting import list_pauses, send_head, try_to_connect
from apps.imaging.renderer.handover import Handover, hand_over
from apps.imaging.renderer.lanes import WrongLane, heavy_socket
from apps.imaging.renderer.patience import Patience
from apps.imaging.renderer.wire.asks import Ask, Source, ask_inspect, ask_probe, ask_render, pick_overlays
from apps.imaging.renderer.wire.frames import GREETING, Frame, FrameDecoder, WireError
from apps.imaging.source import SourceInfo

Result = TypeVar("Result")


class AsyncRendererClient:
    """A renderer as three verbs, each a coroutine that holds neither a thread nor a kept connection.

    The verbs, their deadlines and their errors are RendererClient's. Cancelling one closes its connection.
    A source that is no file of its own is read in the event loop: pass a real file or bytes.
    """

    def __init__(
        self,
        socket_path: Path | str,
        *,
        connect_seconds: float = 1.0,
        total_seconds: float = 20.0,
        heavy_seconds: float = 45.0,
    ) -> None:
        self._path = Path(socket_path)
        self._connect_seconds = connect_seconds
        self._total_seconds = total_seconds
        self._heavy_seconds = heavy_seconds

    async def inspect(self, source: Source, *, limits: Limits) -> SourceInfo:
        """Return what the source is, after a full decode."""
        return await self._ask(ask_inspect(limits=limits), source)

    async def render(
        self,
        source: Source,
        recipe: Recipe,
        output: OutputFormat,
        *,
        limits: Limits,
        generation: Generation = Generation.QUICK,
        known: FocalPoints = UNKNOWN,
        overlays: Mapping[str, Source] = MappingProxyType({}),
        stands_for: Size | None = None,
    ) -> Rendered:
        """Return the rendition of a source; a file is passed by descriptor.

        `known` are the focal points an earlier render found; `overlays` the images the recipe draws, by
        their ids; `stands_for` is the size of the original whose mezzanine the source is.
        """
        ask = ask_render(
            recipe, output, limits=limits, generation=generation, known=known, stands_for=stands_for
        )
        return await self._ask(ask, source, *pick_overlays(recipe, overlays))

    async def probe(self) -> CageReport:
        """Let a live worker try to break out, and return its report."""
        return await self._ask(ask_probe())

    async def _ask(self, ask: Ask[Result], *sources: Source) -> Result:
        with hand_over(*sources) as handover:
            try:
                patience = Patience(asyncio.get_running_loop().time(), self._total_seconds)
                return await self._ask_at(self._path, ask, handover, patience)
            except WrongLane:
                path = heavy_socket(self._path)
            try:  # the queue there is another, and so is its workers' deadline
                patience = Patience(asyncio.get_running_loop().time(), self._heavy_seconds)
                return await self._ask_at(path, ask, handover, patience)
            except WrongLane as error:  # there is no third
                raise BadReply from error

    async def _ask_at(self, path: Path, ask: Ask[Result], handover: Handover, patience: Patience) -> Result:
        try:
            return await self._ask_once(path, ask, handover, patience)
        except RendererCrashed:  # perhaps another picture's doing; rendering twice does no harm
            return await self._ask_once(path, ask, handover, patience)

    async def _ask_once(self, path: Path, ask: Ask[Result], handover: Handover, patience: Patience) -> Result:
        head = ask.head(sources=handover.lengths)
        with await self._connect(path, patience.ends_at) as connection:
            return ask.read(await _converse(connection, head, handover, patience))

    async def _connect(self, path: Path, deadline: float) -> socket.socket:
        clock = asyncio.get_running_loop().time
        give_up_at = min(clock() + self._connect_seconds, deadline)
        for pause in list_pauses():
            connection = try_to_connect(path)
            if connection is not None:
                return connection
            if clock() + pause > give_up_at:
                break
            await asyncio.sleep(pause)
        raise RendererBusy


async def _converse(connection: socket.socket, head: bytes, handover: Handover, patience: Patience) -> Frame:
    loop = asyncio.get_running_loop()
    accepted_at: float | None = None
    try:
        async with asyncio.timeout_at(patience.ends_at):
            with suppress(BrokenPipeError):  # the worker left early; perhaps it said why
                send_head(connection, head, handover.descriptors)
                await loop.sock_sendall(connection, handover.body)
            if await loop.sock_recv(connection, len(GREETING)) != GREETING:
                raise RendererCrashed
            accepted_at = loop.time()
            return await _receive(connection)
    except TimeoutError as error:
        raise patience.explain_end(accepted_at) from error
    except WireError as error:
        raise BadReply from error
    except OSError as error:
        raise RendererCrashed from error


async def _receive(connection: socket.socket) -> Frame:
    loop = asyncio.get_running_loop()
    decoder = FrameDecoder()
    while space := decoder.space():
        count = await loop.sock_recv_into(connection, space)
        if count == 0:
            raise RendererCrashed
        decoder.advance(count)
    return decoder.frame()
