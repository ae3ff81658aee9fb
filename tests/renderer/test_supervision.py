"""The parent's care: workers that are killed, hang, age or grow are replaced, and their clients are told."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from apps.imaging.errors import (
    RendererBusy,
    RendererCrashed,
    RendererTimeout,
    RendererUnavailable,
    TooLargeToProcess,
)
from apps.imaging.limits import Limits
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.rendered import Rendered
from apps.imaging.renderer.client import RendererClient
from tests.renderer.conftest import StartRenderer
from tests.renderer.drawn import draw, draw_noise
from tests.renderer.running import RunningRenderer, is_alive, wait_until

LIMITS = Limits(max_bytes=100 * 1024**2)


def render_slowly(client: RendererClient, *, width: int = 1600) -> Rendered:
    """Ask for what takes a worker seconds."""
    return client.render(
        draw_noise(), Recipe(width=width), OutputFormat.AVIF, limits=LIMITS, generation=Generation.SMALL
    )


def while_rendering(
    renderer: RunningRenderer, do: Callable[[int], None], *, width: int = 1600, **deadlines: float
) -> Future[Rendered]:
    """Start a slow render, do something to the worker that has it, and return what becomes of the render."""
    draw_noise()
    with ThreadPoolExecutor(1) as threads:
        future = threads.submit(render_slowly, renderer.client(**deadlines), width=width)
        wait_until(lambda: bool(renderer.busy_workers()))
        do(renderer.busy_workers().pop())
    return future


def assert_it_works(renderer: RunningRenderer) -> None:
    assert renderer.client().inspect(draw(), limits=LIMITS).width == 64


def test_it_works(start: StartRenderer) -> None:
    renderer = start(workers=3)
    assert_it_works(renderer)


def test_workers_give_way_to_everything_else(start: StartRenderer) -> None:
    renderer = start(workers=2, heavy_workers=1)
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    niceness = {os.getpriority(os.PRIO_PROCESS, pid) for pid in renderer.workers()}
    assert niceness == {min(ours + 10, 19)}


def test_a_worker_killed_while_rendering_costs_nothing(start: StartRenderer) -> None:
    renderer = start()
    killed: list[int] = []

    def kill(pid: int) -> None:
        killed.append(pid)
        os.kill(pid, signal.SIGKILL)

    future = while_rendering(renderer, kill, total_seconds=120)
    assert future.result().width == 1600
    assert_it_works(renderer)
    assert renderer.workers().isdisjoint(killed)


def test_a_picture_that_kills_twice_is_given_up(start: StartRenderer) -> None:
    renderer = start()

    def kill_twice(pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: bool(renderer.busy_workers() - {pid}))
        os.kill((renderer.busy_workers() - {pid}).pop(), signal.SIGKILL)

    with pytest.raises(RendererCrashed):
        while_rendering(renderer, kill_twice).result()
    assert_it_works(renderer)


def test_an_abort_is_a_lack_of_memory(start: StartRenderer) -> None:
    renderer = start()
    with pytest.raises(TooLargeToProcess):
        while_rendering(renderer, lambda pid: os.kill(pid, signal.SIGABRT)).result()
    assert_it_works(renderer)


def test_a_picture_past_the_deadline(start: StartRenderer) -> None:
    renderer = start("--deadline", "1")
    before = renderer.workers()
    with pytest.raises(RendererTimeout):
        render_slowly(renderer.client(total_seconds=60))
    assert_it_works(renderer)
    assert renderer.workers().isdisjoint(before)


def test_a_client_waits_no_longer_than_it_said(start: StartRenderer) -> None:
    renderer = start()
    with pytest.raises(RendererTimeout):
        while_rendering(renderer, lambda pid: os.kill(pid, signal.SIGSTOP), total_seconds=1).result()


def test_a_worker_that_stands_still_is_replaced(start: StartRenderer) -> None:
    renderer = start("--deadline", "5")  # on a busy machine it takes a second to see which worker has it
    with pytest.raises(RendererTimeout):
        while_rendering(renderer, lambda pid: os.kill(pid, signal.SIGSTOP), total_seconds=60).result()
    assert_it_works(renderer)


def test_nobody_takes_the_request(start: StartRenderer) -> None:
    renderer = start()
    renderer.signal_workers(signal.SIGSTOP)
    with pytest.raises(RendererBusy):
        renderer.client(total_seconds=0.5).inspect(draw(), limits=LIMITS)
    waiting = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(64)]
    for connection in waiting:
        connection.setblocking(False)
        connection.connect_ex(str(renderer.socket_path))
    with pytest.raises(RendererBusy):
        renderer.client(connect_seconds=0.2).inspect(draw(), limits=LIMITS)
    for connection in waiting:
        connection.close()
    renderer.signal_workers(signal.SIGCONT)
    assert_it_works(renderer)


def test_a_worker_is_replaced_after_its_pictures(start: StartRenderer) -> None:
    renderer = start("--max-renders", "5")
    first = renderer.workers()
    for _ in range(12):
        assert_it_works(renderer)
    wait_until(renderer.has_all_workers)
    assert renderer.workers().isdisjoint(first)
    assert not renderer.says("WARNING")


def test_a_worker_that_grew_is_replaced(start: StartRenderer) -> None:
    renderer = start("--max-resident", "1")
    first = renderer.workers()
    assert_it_works(renderer)
    wait_until(lambda: renderer.workers().isdisjoint(first) and len(renderer.workers()) == 1)


def test_all_idle_workers_killed(start: StartRenderer) -> None:
    renderer = start(workers=2)
    before = renderer.workers()
    renderer.signal_workers(signal.SIGKILL)
    wait_until(lambda: len(renderer.workers() - before) == 2)
    assert_it_works(renderer)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told(start: StartRenderer, number: signal.Signals) -> None:
    renderer = start(workers=2)
    workers = renderer.workers()
    renderer.send(number)
    assert renderer.wait() == 0
    assert not renderer.socket_path.exists()
    assert not any(is_alive(pid) for pid in workers)


def test_a_hang_up_is_survived(start: StartRenderer) -> None:
    renderer = start()
    renderer.signal_workers(signal.SIGHUP)
    renderer.send(signal.SIGHUP)
    assert_it_works(renderer)


def test_workers_die_with_their_parent(start: StartRenderer) -> None:
    renderer = start(workers=2)
    workers = renderer.workers()
    renderer.send(signal.SIGKILL)
    renderer.wait()
    wait_until(lambda: not any(is_alive(pid) for pid in workers))


def test_even_a_busy_worker_dies_with_its_parent(start: StartRenderer) -> None:
    renderer = start()
    busy: list[int] = []

    def kill_the_parent(pid: int) -> None:
        busy.append(pid)
        renderer.send(signal.SIGKILL)
        wait_until(lambda: not is_alive(pid), seconds=5)

    with pytest.raises((RendererCrashed, RendererUnavailable)):
        while_rendering(renderer, kill_the_parent, width=4000).result()
    assert len(busy) == 1


def test_a_stale_socket_is_replaced_and_a_live_one_refused(start: StartRenderer, socket_path: Path) -> None:
    first = start()
    first.send(signal.SIGKILL)
    first.wait()
    assert socket_path.exists()
    second = start()
    third = RunningRenderer(socket_path)
    assert third.wait() == 1
    third.stop()
    assert third.says("another renderer listens")
    assert_it_works(second)
