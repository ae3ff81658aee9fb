"""A body cannot be too large, too slow or cut short unnoticed."""

from __future__ import annotations

import io
import socket
import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from apps.api import body
from apps.api.body import open_body
from apps.api.refusals import BodyCutShort, BodyTooLarge, BodyTooSlow, EncodedBody

ALLOWED = 1000


def request_with(data: bytes, *, declared: int | None = None, **meta: Any) -> HttpRequest:
    """Return a request whose body is `data`, of which the client said `declared` bytes would come."""
    request = RequestFactory().post("/", content_type="application/json")
    length = len(data) if declared is None else declared
    request.META |= {"wsgi.input": io.BytesIO(data), "CONTENT_LENGTH": str(length), **meta}
    return request


def chunked(data: bytes) -> HttpRequest:
    request = request_with(data, HTTP_TRANSFER_ENCODING="chunked")
    del request.META["CONTENT_LENGTH"]
    return request


def read_all(request: HttpRequest) -> bytes:
    with open_body(request, allowed=ALLOWED) as opened:
        return b"".join(iter(lambda: opened.read(100), b""))


@pytest.mark.parametrize("size", [0, 1, 100, ALLOWED])
def test_it_works(size: int) -> None:
    assert read_all(request_with(b"a" * size)) == b"a" * size
    assert read_all(chunked(b"a" * size)) == b"a" * size


def test_nothing_behind_the_declared_end_is_read() -> None:
    request = request_with(b"abc" + b"next request", declared=3)
    assert read_all(request) == b"abc"
    assert request.META["wsgi.input"].tell() == 3


def test_too_large_by_its_own_word_is_refused_unread() -> None:
    request = request_with(b"a" * (ALLOWED + 1))
    with pytest.raises(BodyTooLarge, match="1000 bytes"):
        read_all(request)
    assert request.META["wsgi.input"].tell() == 0


def test_too_large_in_chunks_is_refused_at_the_limit() -> None:
    request = chunked(b"a" * 10 * ALLOWED)
    with pytest.raises(BodyTooLarge, match="1000 bytes"):
        read_all(request)
    assert request.META["wsgi.input"].tell() <= ALLOWED + 100


def test_cut_short_is_noticed() -> None:
    with pytest.raises(BodyCutShort):
        read_all(request_with(b"abc", declared=10))


def test_compressed_bodies_are_refused() -> None:
    with pytest.raises(EncodedBody):
        read_all(request_with(b"abc", HTTP_CONTENT_ENCODING="gzip"))


@pytest.fixture
def wire() -> Any:
    """A client's socket and the server's, as gunicorn hands it over."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    with client, server:
        yield client, server


def request_on(server: socket.socket, declared: int) -> HttpRequest:
    request = request_with(b"", declared=declared)
    request.META |= {"wsgi.input": SimpleNamespace(read=server.recv), "gunicorn.socket": server}
    return request


def test_a_silent_client_is_given_up(wire: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client, server = wire
    monkeypatch.setattr(body, "_SILENCE_SECONDS", 0.1)
    client.sendall(b"abc")
    started_at = time.monotonic()
    with pytest.raises(BodyTooSlow):
        read_all(request_on(server, declared=10))
    assert time.monotonic() - started_at < 10


def test_a_dripping_client_is_given_up(wire: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, all of them do not."""
    client, server = wire
    monkeypatch.setattr(body, "_GRACE_SECONDS", 0.3)
    request = request_on(server, declared=900)
    started_at = time.monotonic()
    with open_body(request, allowed=ALLOWED) as opened, pytest.raises(BodyTooSlow):
        drip(client, opened)
    assert time.monotonic() - started_at < 0.9


def drip(client: socket.socket, opened: body.Body) -> None:
    for _ in range(100):
        client.sendall(b"a")
        opened.read(1)
        time.sleep(0.01)


def test_whoever_waits_is_woken_at_the_end(wire: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """gunicorn waits for all it was asked for, and a socket's timeout starts anew with each byte."""
    client, server = wire
    monkeypatch.setattr(body, "_GRACE_SECONDS", 0.2)
    client.sendall(b"abc")
    started_at = time.monotonic()
    with pytest.raises(BodyTooSlow):
        read_all(request_on(server, declared=10))
    assert time.monotonic() - started_at < 10


def test_a_client_that_leaves_is_noticed(wire: Any) -> None:
    client, server = wire
    client.sendall(b"abc")
    client.shutdown(socket.SHUT_WR)
    with pytest.raises(BodyCutShort):
        read_all(request_on(server, declared=10))
