"""Fixtures: renderers to share, and renderers to ill-treat."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.imaging.renderer.client import RendererClient
from tests.renderer.running import RunningRenderer

StartRenderer = Callable[..., RunningRenderer]


@pytest.fixture(scope="session", autouse=True)
def _linux_only() -> None:
    if sys.platform != "linux":
        pytest.skip("these tests watch the renderer through /proc and try Linux' own locks")


@pytest.fixture
def socket_path() -> Iterator[Path]:
    """A path for a socket, short enough for one (pytest's own folders are not)."""
    folder = Path(tempfile.mkdtemp(prefix="renderer-"))
    yield folder / "socket"
    shutil.rmtree(folder)


@pytest.fixture
def start(socket_path: Path) -> Iterator[StartRenderer]:
    """Start renderers of one's own: `start("--deadline", "1", workers=2)`."""
    started: list[RunningRenderer] = []

    def start_one(*options: str, **counts: int) -> RunningRenderer:
        started.append(RunningRenderer(socket_path, *options, **counts))
        return started[-1].wait_until_ready()

    yield start_one
    for renderer in started:
        renderer.stop()


@pytest.fixture(scope="module")
def renderer() -> Iterator[RunningRenderer]:
    """One renderer with two workers and a heavy one for a whole module, not to be killed."""
    folder = Path(tempfile.mkdtemp(prefix="renderer-"))
    running = RunningRenderer(folder / "socket", workers=2, heavy_workers=1).wait_until_ready()
    yield running
    running.stop()
    shutil.rmtree(folder)


@pytest.fixture
def client(renderer: RunningRenderer) -> RendererClient:
    return renderer.client()
