"""Connecting to the renderer's socket: one attempt that never waits, and the pauses between attempts."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

from apps.imaging.errors import RendererUnavailable

_FIRST_PAUSE_SECONDS = 0.002
_LONGEST_PAUSE_SECONDS = 0.05


def try_to_connect(path: Path) -> socket.socket | None:
    """Return a connected, non-blocking socket; None while the backlog is full.

    A unix socket connects at once or not at all, so this suits an event loop too (whose own connect takes
    the full backlog's EAGAIN for "in progress" and then believes itself connected). Raises
    RendererUnavailable when nobody listens.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        connection.connect(os.fspath(path))
    except BlockingIOError:
        connection.close()
        return None
    except OSError as error:
        connection.close()
        raise RendererUnavailable from error
    return connection


def list_pauses() -> Iterator[float]:
    """Yield the seconds to wait before each further attempt."""
    pause = _FIRST_PAUSE_SECONDS
    while True:
        yield pause
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


def send_head(connection: socket.socket, head: bytes, descriptors: Sequence[int]) -> None:
    """Send a request's head, with the descriptors if there are any, on a fresh connection.

    It is smaller than any socket's buffer, so a fresh connection takes it whole without waiting.
    """
    if descriptors:
        socket.send_fds(connection, [head], descriptors)
    else:
        connection.sendall(head)
