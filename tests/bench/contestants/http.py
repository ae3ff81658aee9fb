"""A contestant that is a server: started on a free port, asked over one kept connection on this machine."""

from __future__ import annotations

import http.client
import socket
import subprocess
import tempfile
import time
from abc import abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.bench.contestants.contestant import Contestant

_PATIENCE_SECONDS = 30.0


class HttpContestant(Contestant):
    """`pictures` is the folder it may read originals from."""

    idle_target = "/"

    def __init__(self, pictures: Path) -> None:
        self.pictures = pictures

    @abstractmethod
    def command(self, port: int, folder: Path) -> list[str]:
        """Return how to start it; `folder` is its own, for configuration."""

    @abstractmethod
    def target(self, source: Path, format_name: str) -> str:
        """Return what to ask for."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="bench-")
        port = _find_port()
        self._server = subprocess.Popen(
            self.command(port, Path(self._folder.name)),
            cwd=self._folder.name,
            stdin=subprocess.DEVNULL,  # ours is the bench's line
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.servers = (self._server.pid,)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._wait_until_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._server.terminate()
        self._server.wait()
        self._folder.cleanup()

    def render(self, source: Path, format_name: str) -> bytes:
        status, content_type, body = self._ask(self.target(source, format_name))
        if status != 200 or not content_type.startswith(f"image/{format_name}"):
            raise RuntimeError(f"answered {status}, {content_type or 'of no type'}")
        return body

    def idle(self) -> None:
        self._ask(self.idle_target)

    def _ask(self, target: str) -> tuple[int, str, bytes]:
        try:
            self._connection.request("GET", target)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError):  # hung up while others had their turn
            self._connection.close()
            self._connection.request("GET", target)
            response = self._connection.getresponse()
        return response.status, response.headers.get("Content-Type", ""), response.read()

    def _wait_until_ready(self) -> None:
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while True:
            with suppress(OSError):
                return self.idle()
            self._connection.close()
            if self._server.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError("does not start")
            time.sleep(0.1)


def _find_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
