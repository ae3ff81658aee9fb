"""Whoever waited in the queue too long learns that the renderer is busy, and nothing about the picture."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.imaging.errors import RendererBusy, RendererTimeout
from apps.imaging.limits import Limits
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.renderer.async_client import AsyncRendererClient
from apps.imaging.renderer.client import RendererClient
from apps.imaging.renderer.lanes import WrongLane, heavy_socket
from apps.imaging.renderer.patience import GRACE_SECONDS, Patience, longest_wait
from apps.imaging.renderer.wire.faults import write_fault
from apps.imaging.renderer.wire.frames import GREETING, encode_head
from tests.renderer.drawn import draw

SECONDS = 0.5
Ask = Callable[[], None]


class Lane(threading.Thread):
    """A lane with one seat: it takes requests after a while, and says nothing more, or that it is the wrong
    one.
    """

    def __init__(self, path: Path, *, queued_seconds: float = 0.0, is_wrong: bool = False) -> None:
        super().__init__()
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listening.bind(str(path))
        self._listening.listen()
        self._queued_seconds = queued_seconds
        self._is_wrong = is_wrong
        self.start()

    def run(self) -> None:
        connection, _ = self._listening.accept()
        with self._listening, connection:
            time.sleep(self._queued_seconds)
            connection.sendall(GREETING)
            if self._is_wrong:
                connection.sendall(encode_head(write_fault(WrongLane())))
            while connection.recv(65_536):  # until the client leaves
                pass


@pytest.fixture(params=["blocking", "asynchronous"])
def ask(request: pytest.FixtureRequest, socket_path: Path) -> Ask:
    def ask_blocking() -> None:
        client = RendererClient(socket_path, total_seconds=SECONDS, heavy_seconds=SECONDS)
        client.render(draw(), Recipe(), OutputFormat.PNG, limits=Limits())

    def ask_asynchronously() -> None:
        client = AsyncRendererClient(socket_path, total_seconds=SECONDS, heavy_seconds=SECONDS)
        asyncio.run(client.render(draw(), Recipe(), OutputFormat.PNG, limits=Limits()))

    return ask_blocking if request.param == "blocking" else ask_asynchronously


def test_it_works() -> None:
    patience = Patience(100.0, 20.0)
    assert patience.ends_at == 120 + GRACE_SECONDS
    assert isinstance(patience.explain_end(None), RendererBusy)
    assert isinstance(patience.explain_end(100 + GRACE_SECONDS), RendererTimeout)
    assert isinstance(patience.explain_end(100.1 + GRACE_SECONDS), RendererBusy), "its deadline was to come"


def test_a_worker_that_was_free_is_late(ask: Ask, socket_path: Path) -> None:
    lane = Lane(socket_path)
    with pytest.raises(RendererTimeout):
        ask()
    lane.join()


def test_a_worker_that_was_taken_long_is_busy(ask: Ask, socket_path: Path) -> None:
    lane = Lane(socket_path, queued_seconds=GRACE_SECONDS + SECONDS / 2)
    with pytest.raises(RendererBusy):
        ask()
    lane.join()


def test_the_clock_of_the_heavy_lane_is_its_own(ask: Ask, socket_path: Path) -> None:
    """Time lost in the queue of the cheap one is no time of the heavy one."""
    cheap = Lane(socket_path, queued_seconds=GRACE_SECONDS + SECONDS / 2, is_wrong=True)
    heavy = Lane(heavy_socket(socket_path))
    with pytest.raises(RendererTimeout):
        ask()
    cheap.join()
    heavy.join()


def test_the_longest_wait_is_both() -> None:
    patience = [Patience(0, seconds).ends_at for seconds in (20, 45)]
    assert longest_wait(total_seconds=20, heavy_seconds=45) == sum(patience)
