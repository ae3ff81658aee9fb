"""Memory that runs out in spite of every prediction is no damage, and no end where another lane has more."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.imaging.cage import environment
from apps.imaging.errors import TooLargeToProcess
from apps.imaging.limits import Limits
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.renderer.client import RendererClient
from tests.pictures import huge_webp
from tests.renderer.drawn import draw
from tests.renderer.running import ROOT, wait_until

BIG = Limits(max_bytes=2**40)
# Workers that take on everything and have nothing: an idle one takes 70 MiB, 180 with the face detector.
SERVER = """
import sys
from pathlib import Path
from apps.imaging.cage import ResourceLimits
from apps.imaging.renderer.lanes import Lane
from apps.imaging.renderer.pool import PoolSettings
from apps.imaging.renderer.server import ServerSettings, serve
def keep(memory, is_last):
    return PoolSettings(workers=1, limits=ResourceLimits(memory), lane=Lane(2**40, is_last=is_last))
is_alone = sys.argv[2] == "alone"
heavy = None if is_alone else keep(2_600 * 1024**2, True)
serve(ServerSettings(Path(sys.argv[1]), cheap=keep(260 * 1024**2, is_alone), heavy=heavy))
"""
Serve = Callable[[str], RendererClient]


@pytest.fixture
def serve(socket_path: Path) -> Iterator[Serve]:
    started: list[subprocess.Popen[bytes]] = []

    def serve_one(how: str) -> RendererClient:
        command = [sys.executable, "-c", SERVER, str(socket_path), how]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment.VARIABLES))
        wait_until(socket_path.exists)
        return RendererClient(socket_path, total_seconds=60, heavy_seconds=60)

    yield serve_one
    for server in started:
        server.terminate()
        server.wait()


def draw_large(format_name: str) -> bytes:
    return huge_webp(10_000) if format_name == "WEBP" else draw(format_name, (6000, 6000))


@pytest.mark.parametrize("format_name", ["WEBP", "GIF", "BMP"])
def test_it_is_no_damage(serve: Serve, format_name: str) -> None:
    """Decoders fail in ways of their own: with words, with other words, with a trap that ends the worker."""
    client = serve("alone")
    for _ in range(2):
        with pytest.raises(TooLargeToProcess):
            client.render(draw_large(format_name), Recipe(width=100), OutputFormat.JPEG, limits=BIG)
        assert client.inspect(draw(), limits=BIG).width == 64


@pytest.mark.parametrize("format_name", ["WEBP", "GIF"])
def test_the_heavy_lane_may_have_enough(serve: Serve, format_name: str) -> None:
    client = serve("with a heavy lane")
    rendered = client.render(draw_large(format_name), Recipe(width=100), OutputFormat.JPEG, limits=BIG)
    assert rendered.width == 100
