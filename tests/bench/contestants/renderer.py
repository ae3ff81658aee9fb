"""Ours: one isolated worker behind its socket, asked through RendererClient, with production's settings."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

from apps.imaging.errors import RendererUnavailable
from apps.imaging.limits import Limits
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.renderer.client import RendererClient
from tests.bench.contestants.contestant import SIDE, Contestant

RECIPE = parse(f"w={SIDE},h={SIDE}")
# The sizes below are the bench's to choose: its 100 megapixels are larger files than uploads may be.
LIMITS = Limits(max_bytes=1024**3)
_PATIENCE_SECONDS = 30.0


class Renderer(Contestant):
    """Passes the original as an open file; `options` are those of `serve`."""

    def __init__(self, *options: str, has_heavy_lane: bool = False) -> None:
        self._options = [*options, *([] if has_heavy_lane else ["--heavy-workers", "0"])]

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="bench-")
        path = Path(self._folder.name) / "socket"
        command = [sys.executable, "-m", "apps.imaging", "serve", "--socket", str(path), "--workers", "1"]
        self._server = subprocess.Popen(
            [*command, *self._options], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.servers = (self._server.pid,)
        self.client = RendererClient(path, connect_seconds=_PATIENCE_SECONDS, total_seconds=60.0)
        _wait_until_ready(self.client)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.terminate()
        self._server.wait()
        self._folder.cleanup()

    def render(self, source: Path, format_name: str) -> bytes:
        with source.open("rb", buffering=0) as file:
            return self.client.render(file, RECIPE, OutputFormat(format_name), limits=LIMITS).data

    def workers(self) -> list[int]:
        """Return the process ids of its workers."""
        server = self._server.pid
        return [int(pid) for pid in Path(f"/proc/{server}/task/{server}/children").read_text().split()]


class RendererBytes(Renderer):
    """Passes the original's bytes through the socket, as for one that came from an object store."""

    def render(self, source: Path, format_name: str) -> bytes:
        data = source.read_bytes()
        return self.client.render(data, RECIPE, OutputFormat(format_name), limits=LIMITS).data


def _wait_until_ready(client: RendererClient) -> None:
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            client.probe()
        except RendererUnavailable:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.05)
        else:
            return
