"""RendererClient: asks the isolated renderer from blocking code (control, Celery, the command line)."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from apps.imaging.cage import CageReport
from apps.imaging.errors import BadReply, RendererBusy, RendererCrashed, RendererTimeout
from apps.imaging.geometry.focus import UNKNOWN, FocalPoints
from apps.imaging.limits import Limits
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.rendered import Rendered
from apps.imaging.renderer.connecting import list_pauses, send_head, try_to_connect
from apps.imaging.renderer.handover import Handover, hand_over
from apps.imaging.renderer.lanes import WrongLane, heavy_socket
from apps.imaging.renderer.wire.asks import Ask, Source, ask_inspect, ask_probe, ask_render, pick_overlays
from apps.imaging.renderer.wire.frames import GREETING, Frame, FrameDecoder, WireError
from apps.imaging.source import SourceInfo

Result = TypeVar("Result")


class RendererClient:
    """A renderer as three verbs. Holds no connection: each request makes its own, so any thread may use it.

    Every verb raises RendererUnavailable (nobody listens), RendererBusy (no worker took the request in
    time), RendererTimeout (one took it and did not finish), RendererCrashed (workers died of it, twice),
    BadReply, or what the renderer found out about the picture: SourceError, LimitExceeded,
    TooLargeToProcess.

    A verb takes at most `total_seconds`, or `heavy_seconds` when its picture goes through the heavy lane.
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

    def inspect(self, source: Source, *, limits: Limits) -> SourceInfo:
        """Return what the source is, after a full decode."""
        return self._ask(ask_inspect(limits=limits), source)

    def render(
        self,
        source: Source,
        recipe: Recipe,
        output: OutputFormat,
        *,
        limits: Limits,
        generation: Generation = Generation.QUICK,
        known: FocalPoints = UNKNOWN,
        overlays: Mapping[str, Source] = MappingProxyType({}),
    ) -> Rendered:
        """Return the rendition of a source; a file is passed by descriptor.

        `known` are the focal points an earlier render found; `overlays` the images the recipe draws, by
        their ids.
        """
        ask = ask_render(recipe, output, limits=limits, generation=generation, known=known)
        return self._ask(ask, source, *pick_overlays(recipe, overlays))

    def probe(self) -> CageReport:
        """Let a live worker try to break out, and return its report."""
        return self._ask(ask_probe())

    def _ask(self, ask: Ask[Result], *sources: Source) -> Result:
        started_at = time.monotonic()
        with hand_over(*sources) as handover:
            try:
                return self._ask_at(self._path, ask, handover, started_at + self._total_seconds)
            except WrongLane:
                path, deadline = heavy_socket(self._path), started_at + self._heavy_seconds
            try:
                return self._ask_at(path, ask, handover, deadline)
            except WrongLane as error:  # there is no third
                raise BadReply from error

    def _ask_at(self, path: Path, ask: Ask[Result], handover: Handover, deadline: float) -> Result:
        try:
            return self._ask_once(path, ask, handover, deadline)
        except RendererCrashed:  # perhaps another picture's doing; rendering twice does no harm
            return self._ask_once(path, ask, handover, deadline)

    def _ask_once(self, path: Path, ask: Ask[Result], handover: Handover, deadline: float) -> Result:
        head = ask.head(sources=handover.lengths)
        with self._connect(path, deadline) as connection:
            return ask.read(_converse(connection, head, handover, deadline))

    def _connect(self, path: Path, deadline: float) -> socket.socket:
        give_up_at = min(time.monotonic() + self._connect_seconds, deadline)
        for pause in list_pauses():
            connection = try_to_connect(path)
            if connection is not None:
                return connection
            if time.monotonic() + pause > give_up_at:
                break
            time.sleep(pause)
        raise RendererBusy


def _converse(connection: socket.socket, head: bytes, handover: Handover, deadline: float) -> Frame:
    was_accepted = False
    try:
        with suppress(BrokenPipeError):  # the worker left early; perhaps it said why
            send_head(connection, head, handover.descriptors)
            _wait_at_most(connection, deadline)
            connection.sendall(handover.body)
        _wait_at_most(connection, deadline)
        if connection.recv(len(GREETING)) != GREETING:
            raise RendererCrashed
        was_accepted = True
        return _receive(connection, deadline)
    except TimeoutError as error:
        raise (RendererTimeout if was_accepted else RendererBusy) from error
    except WireError as error:
        raise BadReply from error
    except OSError as error:
        raise RendererCrashed from error


def _receive(connection: socket.socket, deadline: float) -> Frame:
    decoder = FrameDecoder()
    while space := decoder.space():
        _wait_at_most(connection, deadline)
        count = connection.recv_into(space)
        if count == 0:
            raise RendererCrashed
        decoder.advance(count)
    return decoder.frame()


def _wait_at_most(connection: socket.socket, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)
