"""The lanes: what is costly goes next door by itself, and keeps nobody waiting."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import socket
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from apps.imaging.cage import Locks
from apps.imaging.cost import Cost
from apps.imaging.errors import DamagedImage, RendererBusy, RendererUnavailable, TooLargeToProcess
from apps.imaging.limits import Limits
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.rendered import Rendered
from apps.imaging.renderer.answering import answer
from apps.imaging.renderer.async_client import AsyncRendererClient
from apps.imaging.renderer.client import RendererClient
from apps.imaging.renderer.lanes import (
    CHEAP_CPU_MS,
    LONGEST_CPU_MS,
    Lane,
    WrongLane,
    cheap_lane,
    heavy_lane,
    heavy_socket,
)
from apps.imaging.renderer.wire.asks import ask_render
from apps.imaging.renderer.wire.frames import Frame
from apps.imaging.renderer.wire.requests import write_request
from tests.pictures import huge_webp
from tests.renderer.conftest import StartRenderer
from tests.renderer.drawn import draw, draw_noise
from tests.renderer.running import RunningRenderer, wait_until

LIMITS = Limits(max_bytes=100 * 1024**2)
MEBIBYTE = 1024**2
HUNGRY = huge_webp(10_000)  # 28 bytes, 100 megapixels, 586 MB predicted


def render(client: RendererClient, picture: bytes = HUNGRY, width: int = 100) -> Rendered:
    return client.render(picture, Recipe(width=width), OutputFormat.JPEG, limits=LIMITS)


def render_slowly(client: RendererClient) -> Rendered:
    """Ask for what takes little memory and seconds of time: predicted 8."""
    noise, recipe = draw_noise(), Recipe(width=3000)
    return client.render(noise, recipe, OutputFormat.AVIF, limits=LIMITS, generation=Generation.SMALL)


def stop_heavy(renderer: RunningRenderer, threads: ThreadPoolExecutor) -> tuple[int, Future[Rendered]]:
    """Start a costly render and stop the clock of the worker that has it."""
    draw_noise()
    future = threads.submit(render_slowly, renderer.client(total_seconds=60, heavy_seconds=120))
    wait_until(lambda: bool(renderer.busy_workers()))
    (pid,) = renderer.busy_workers()
    os.kill(pid, signal.SIGSTOP)
    return pid, future


def test_it_works(renderer: RunningRenderer) -> None:
    assert heavy_socket(renderer.socket_path).exists()
    assert render(renderer.client(heavy_seconds=60)).width == 100
    client = AsyncRendererClient(renderer.socket_path, heavy_seconds=60)
    made = asyncio.run(client.render(HUNGRY, Recipe(width=90), OutputFormat.JPEG, limits=LIMITS))
    assert made.width == 90
    with io.BytesIO(HUNGRY) as source:
        assert renderer.client(heavy_seconds=60).inspect(source, limits=LIMITS).width == 10_000


def test_a_costly_picture_keeps_no_thumbnail_waiting(start: StartRenderer) -> None:
    renderer = start("--heavy-deadline", "120", workers=1, heavy_workers=1)
    with ThreadPoolExecutor(1) as threads:
        pid, costly = stop_heavy(renderer, threads)
        for width in range(10, 30):
            assert render(renderer.client(), draw(), width).width == width
        assert not costly.done()
        os.kill(pid, signal.SIGCONT)
        assert costly.result().width == 3000


def test_the_queue_of_the_heavy_lane_has_an_end(start: StartRenderer) -> None:
    renderer = start("--heavy-deadline", "120", workers=1, heavy_workers=1)
    with ThreadPoolExecutor(1) as threads:
        pid, costly = stop_heavy(renderer, threads)
        with pytest.raises(RendererBusy):  # waits its turn in vain
            render(renderer.client(heavy_seconds=0.5))
        waiting = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(16)]
        for connection in waiting:
            connection.setblocking(False)
            connection.connect_ex(str(heavy_socket(renderer.socket_path)))
        with pytest.raises(RendererBusy):  # does not even get into the queue
            render(renderer.client(connect_seconds=0.2, heavy_seconds=60))
        assert render(renderer.client(), draw(), 20).width == 20
        for connection in waiting:
            connection.close()
        os.kill(pid, signal.SIGCONT)
        assert costly.result().width == 3000


def test_without_a_heavy_lane(start: StartRenderer) -> None:
    renderer = start(workers=1, heavy_workers=0)
    assert not heavy_socket(renderer.socket_path).exists()
    with pytest.raises(TooLargeToProcess, match="too large to process: it takes 586 MB of memory") as caught:
        render(renderer.client())
    assert caught.value.allowed_bytes == (768 - 336) * MEBIBYTE
    assert not isinstance(caught.value, DamagedImage)


def test_a_heavy_lane_that_is_too_small(start: StartRenderer) -> None:
    renderer = start("--heavy-memory", "800", workers=1, heavy_workers=1)
    with pytest.raises(TooLargeToProcess, match="586 MB of memory, and the renderer may use 487 MB"):
        render(renderer.client())


def test_what_would_take_too_long_is_refused_at_once(renderer: RunningRenderer) -> None:
    """Eight tries at 100 megapixels of WebP."""
    recipe = Recipe(max_bytes=1)
    with pytest.raises(TooLargeToProcess, match="takes 47 s of work, and the renderer may spend 30 s"):
        renderer.client().render(HUNGRY, recipe, OutputFormat.WEBP, limits=LIMITS)


def test_a_heavy_lane_that_is_gone(renderer: RunningRenderer) -> None:
    path = heavy_socket(renderer.socket_path)
    aside = path.with_name("aside")
    path.rename(aside)
    try:
        with pytest.raises(RendererUnavailable):
            render(renderer.client())
        assert render(renderer.client(), draw(), 20).width == 20
    finally:
        aside.rename(path)


def test_the_wrong_lane_decodes_nothing() -> None:
    """Asked without the rest of the file, which a decoder would miss."""
    ask = ask_render(Recipe(width=100), OutputFormat.JPEG, limits=LIMITS, generation=Generation.QUICK)
    header = write_request(ask.request) | {"sources": [len(HUNGRY)]}
    lane = cheap_lane(768 * MEBIBYTE, is_last=False)
    answered = answer(Frame(header, HUNGRY), [], locks=Locks(0, False, ()), lane=lane)
    assert (answered.header, answered.body) == ({"fault": "wrong_lane"}, b"")


def test_budgets_hold_at_their_edge() -> None:
    lane = Lane(max_peak_bytes=100, max_cpu_ms=10, is_last=False)
    lane.admit(Cost(10, 100))
    for over in (Cost(11, 100), Cost(10, 101)):
        with pytest.raises(WrongLane):
            lane.admit(over)
    last = heavy_lane(2_720 * MEBIBYTE)
    last.admit(Cost(LONGEST_CPU_MS, 2_400_000_000))
    for over, words in ((Cost(LONGEST_CPU_MS + 1), "31 s"), (Cost(1, 3_000_000_000), "3,000 MB")):
        with pytest.raises(TooLargeToProcess, match=words):
            last.admit(over)
    assert cheap_lane(768 * MEBIBYTE, is_last=False).max_cpu_ms == CHEAP_CPU_MS
    assert cheap_lane(768 * MEBIBYTE, is_last=True).max_cpu_ms == LONGEST_CPU_MS
    # Where there is no other lane, time is the deadline's matter alone.
    cheap_lane(768 * MEBIBYTE, is_last=True).admit(Cost(CHEAP_CPU_MS * 10, 0))
    with pytest.raises(TooLargeToProcess):
        heavy_lane(2_720 * MEBIBYTE).admit(Cost(0, 2_600_000_000))


def test_what_proves_too_large_is_sent_on() -> None:
    cheap, last = cheap_lane(768 * MEBIBYTE, is_last=False), cheap_lane(768 * MEBIBYTE, is_last=True)
    assert isinstance(cheap.reconsider(TooLargeToProcess()), WrongLane)
    assert isinstance(cheap.reconsider(DamagedImage()), DamagedImage)
    assert isinstance(last.reconsider(TooLargeToProcess()), TooLargeToProcess)
