"""The asynchronous client, on asyncio's own loop and on uvloop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop

from apps.imaging.errors import (
    NotAnImage,
    RendererBusy,
    RendererTimeout,
    RendererUnavailable,
)
from apps.imaging.limits import Limits
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.renderer.async_client import AsyncRendererClient
from tests.renderer.conftest import StartRenderer
from tests.renderer.drawn import draw, draw_noise
from tests.renderer.running import RunningRenderer

LIMITS = Limits(max_bytes=100 * 1024**2)
Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop

    def run_to_the_end(story: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(story)

    return run_to_the_end


def test_it_works(renderer: RunningRenderer, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(draw())

    async def story() -> None:
        client = AsyncRendererClient(renderer.socket_path)
        with path.open("rb") as source:
            assert (await client.inspect(source, limits=LIMITS)).width == 64
            by_descriptor = await client.render(source, Recipe(width=32), OutputFormat.WEBP, limits=LIMITS)
        by_bytes = await client.render(draw(), Recipe(width=32), OutputFormat.WEBP, limits=LIMITS)
        assert by_descriptor == by_bytes
        assert (await client.probe()).is_in_force

    run(story())


def test_many_at_once(renderer: RunningRenderer, run: Run) -> None:
    async def story() -> None:
        client = AsyncRendererClient(renderer.socket_path, connect_seconds=20)
        asked = range(1, 101)
        found = await asyncio.gather(
            *(client.render(draw(), Recipe(width=width), OutputFormat.PNG, limits=LIMITS) for width in asked)
        )
        assert [rendered.width for rendered in found] == [min(width, 64) for width in asked]

    run(story())


def test_large_bodies_both_ways(renderer: RunningRenderer, run: Run) -> None:
    async def story() -> None:
        client = AsyncRendererClient(renderer.socket_path)
        source = draw("BMP", (2000, 1500))
        assert len(source) > 8_000_000
        rendered = await client.render(source, Recipe(), OutputFormat.JPEG, limits=LIMITS)
        assert (rendered.width, rendered.height) == (2000, 1500)

    run(story())


def test_a_picture_that_is_none(renderer: RunningRenderer, run: Run) -> None:
    async def story() -> None:
        with pytest.raises(NotAnImage):
            await AsyncRendererClient(renderer.socket_path).inspect(b"nothing", limits=LIMITS)

    run(story())


def test_nobody_listens(run: Run, socket_path: Path) -> None:
    async def story() -> None:
        with pytest.raises(RendererUnavailable):
            await AsyncRendererClient(socket_path).inspect(draw(), limits=LIMITS)

    run(story())


def test_deadlines(start: StartRenderer, run: Run) -> None:
    renderer = start()

    async def slow() -> None:
        client = AsyncRendererClient(renderer.socket_path, total_seconds=0.5)
        with pytest.raises(RendererTimeout):
            await client.render(
                draw_noise(),
                Recipe(width=3000),
                OutputFormat.AVIF,
                limits=LIMITS,
                generation=Generation.SMALL,
            )

    async def unheard() -> None:
        with pytest.raises(RendererBusy):
            await AsyncRendererClient(renderer.socket_path, total_seconds=0.5).inspect(draw(), limits=LIMITS)

    run(slow())
    renderer.signal_workers(signal.SIGSTOP)
    run(unheard())
    renderer.signal_workers(signal.SIGCONT)


def test_a_cancelled_request_leaves_nothing_open(renderer: RunningRenderer, run: Run) -> None:
    async def story() -> None:
        client = AsyncRendererClient(renderer.socket_path)
        before = len(list(Path("/proc/self/fd").iterdir()))
        slow = client.render(
            draw_noise(), Recipe(width=800), OutputFormat.AVIF, limits=LIMITS, generation=Generation.SMALL
        )
        task = asyncio.ensure_future(slow)
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(list(Path("/proc/self/fd").iterdir())) == before
        assert (await client.inspect(draw(), limits=LIMITS)).width == 64

    run(story())
