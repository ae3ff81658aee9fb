"""RendererClient: asks the isolated renderer from blocking code (control, Celery, the command line)."""

from __future__ import annotations

import socket
import time
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
from apps.imaging.recipe import OutputFormat, Overlay, Recipe
from apps.imaging.rendered import Rendered
from apps.imaging.renderer.connecting import list_pauses, send_head, try_to_connect
from apps.imaging.renderer.handover import Handover, hand_over
from apps.imaging.renderer.lanes import WrongLane, heavy_socket
from apps.imaging.renderer.patience import Patience
from apps.imaging.renderer.wire.asks import (
    Ask,
    Source,
    ask_inspect,
    ask_letter,
    ask_probe,
    ask_render,
    pick_overlays,
)
from apps.imaging.renderer.wire.frames import GREETING, Frame, FrameDecoder, WireError
from apps.imaging.source import SourceInfo

Result = TypeVar("Result")


class RendererClient:
    """A renderer as verbs. Holds no connection: each request makes its own, so any thread may use it.

    Every verb raises RendererUnavailable (nobody listens), RendererBusy (no worker took the request in
    time to finish it), RendererTimeout (one did and has not finished), RendererCrashed (workers died of it,
    twice), BadReply, or what the renderer found out about the picture: SourceError, LimitExceeded,
    TooLargeToProcess.

    A verb takes at most `total_seconds`, the deadline of the renderer's workers, and a little more; then
    `heavy_seconds`, that of the heavy lane's, and a little, when its picture is sent there (patience.py).
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
        stands_for: Size | None = None,
    ) -> Rendered:
        """Return the rendition of a source; a file is passed by descriptor.

        `known` are the focal points an earlier render found; `overlays` the images the recipe draws, by
        their ids; `stands_for` is the size of the original whose mezzanine the source is.
        """
        ask = ask_render(
            recipe, output, limits=limits, generation=generation, known=known, stands_for=stands_for
        )
        return self._ask(ask, source, *pick_overlays(recipe, overlays))

    def letter(self, text: Overlay, *, limits: Limits) -> Rendered:
        """Return a text as a PNG of its own, clear around its letters."""
        return self._ask(ask_letter(text, limits=limits))

    def probe(self) -> CageReport:
        """Let a live worker try to break out, and return its report."""
        return self._ask(ask_probe())

    def _ask(self, ask: Ask[Result], *sources: Source) -> Result:
        with hand_over(*sources) as handover:
            try:
                patience = Patience(time.monotonic(), self._total_seconds)
                return self._ask_at(self._path, ask, handover, patience)
            except WrongLane:
                path = heavy_socket(self._path)
            try:  # the queue there is another, and so is its workers' deadline
                patience = Patience(time.monotonic(), self._heavy_seconds)
                return self._ask_at(path, ask, handover, patience)
            except WrongLane as error:  # there is no third
                raise BadReply from error

    def _ask_at(self, path: Path, ask: Ask[Result], handover: Handover, patience: Patience) -> Result:
        try:
            return self._ask_once(path, ask, handover, patience)
        except RendererCrashed:  # perhaps another picture's doing; rendering twice does no harm
            return self._ask_once(path, ask, handover, patience)

    def _ask_once(self, path: Path, ask: Ask[Result], handover: Handover, patience: Patience) -> Result:
        head = ask.head(sources=handover.lengths)
        with self._connect(path, patience.ends_at) as connection:
            return ask.read(_converse(connection, head, handover, patience))

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


def _converse(connection: socket.socket, head: bytes, handover: Handover, patience: Patience) -> Frame:
    accepted_at: float | None = None
    try:
        with suppress(BrokenPipeError):  # the worker left early; perhaps it said why
            send_head(connection, head, handover.descriptors)
            _wait_at_most(connection, patience.ends_at)
            connection.sendall(handover.body)
        _wait_at_most(connection, patience.ends_at)
        if connection.recv(len(GREETING)) != GREETING:
            raise RendererCrashed
        accepted_at = time.monotonic()
        return _receive(connection, patience.ends_at)
    except TimeoutError as error:
        raise patience.explain_end(accepted_at) from error
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
