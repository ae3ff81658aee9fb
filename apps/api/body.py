"""A request's body as a stream that cannot be too large, too slow or cut short unnoticed.

Read from the server itself, not through Django's request: Django reads nothing of a chunked body, and
takes one that ends early for whole.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

from django.http import HttpRequest

from apps.api.refusals import BodyCutShort, BodyTooLarge, BodyTooSlow, EncodedBody

# gunicorn's --timeout watches its workers, not their clients: without these a stalled upload would hold
# a thread for ever. After the grace a client must have kept up this pace.
_SILENCE_SECONDS = 20
_GRACE_SECONDS = 60
_MIN_BYTES_PER_SECOND = 64 * 1024


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Body:
    """Reads at most `allowed` bytes, of which `declared` must come if the client said how many."""

    def __init__(self, source: Readable, *, declared: int | None, allowed: int, due_at: float) -> None:
        self._source, self._declared, self._allowed, self._due_at = source, declared, allowed, due_at
        self._received = 0

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end; raises BodyTooLarge, BodyTooSlow, BodyCutShort."""
        if self._declared is not None:
            size = min(size, self._declared - self._received)
        if size == 0:
            return b""
        data = self._receive(size)
        self._received += len(data)
        if self._received > self._allowed:
            raise BodyTooLarge(self._allowed)
        if monotonic() >= self._due_at:
            raise BodyTooSlow
        if not data and self._declared is not None:
            raise BodyCutShort
        return data

    def _receive(self, size: int) -> bytes:
        try:
            return self._source.read(size)
        except TimeoutError as error:
            raise BodyTooSlow from error
        except OSError as error:  # reset, or gunicorn's words for a chunked body that breaks off
            raise BodyTooSlow if monotonic() >= self._due_at else BodyCutShort from error


def declared_bytes(request: HttpRequest) -> int | None:
    """Return the body's Content-Length, or None when it comes in chunks."""
    text = request.META.get("CONTENT_LENGTH") or ""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        return None
    return int(text) if text.isascii() and text.isdigit() else 0


def longest_seconds(size: int) -> float:
    """Return how long a client may take for a body of so many bytes."""
    return _GRACE_SECONDS + size / _MIN_BYTES_PER_SECOND


@contextmanager
def open_body(request: HttpRequest, *, allowed: int) -> Iterator[Body]:
    """Give the body of a request, watched; one that says it is too large is refused before it is read."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise EncodedBody
    declared = declared_bytes(request)
    if declared is not None and declared > allowed:
        raise BodyTooLarge(allowed)
    seconds = longest_seconds(allowed if declared is None else declared)
    source, due_at = request.META["wsgi.input"], monotonic() + seconds
    with _watch(request.META.get("gunicorn.socket"), seconds):
        yield Body(source, declared=declared, allowed=allowed, due_at=due_at)


@contextmanager
def _watch(connection: socket.socket | None, seconds: float) -> Iterator[None]:
    """End reading from a connection after some seconds, or after a silence.

    A socket's timeout starts anew with each byte, so a drip would never end: a timer shuts the reading
    side, which wakes whoever waits for it.
    """
    if connection is None:
        yield
        return
    connection.settimeout(_SILENCE_SECONDS)
    timer = threading.Timer(seconds, _stop_reading, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _stop_reading(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RD)
    except OSError:
        pass  # The client left meanwhile.
