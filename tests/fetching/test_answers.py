"""Hostile answers: too much, too slow, too little, or not HTTP at all."""

from __future__ import annotations

import gzip
import io
import socket
from collections.abc import Iterator
from itertools import chain, repeat

import pytest

from apps.fetching.errors import (
    BadResponse,
    ConnectionFailed,
    CutShort,
    DeadlinePassed,
    FetchError,
    ResponseTooLarge,
)
from tests.fetching.fetching import MAX_BYTES, fetch, fetcher_for
from tests.fetching.serving import Talk, answer, ok, serve

SHORT = {"total_seconds": 0.5}


def fetch_from(talk: Talk | bytes, **limits: object) -> bytes:
    with serve(talk) as server:
        return fetch(fetcher_for(server, limits=limits), f"http://pears.example:{server.port}/pear.jpg")[0]


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return answer("200 OK", "Transfer-Encoding: chunked") + framed + end


def drip(parts: Iterator[bytes]) -> Talk:
    """Send parts for as long as the client listens, each in a packet of its own after a moment."""

    def talk(connection: socket.socket, head: str) -> None:
        connection.settimeout(0.02)
        for part in parts:
            connection.sendall(part)
            try:
                if connection.recv(1) == b"":
                    return
            except TimeoutError:
                pass

    return talk


def flood(head: bytes, repeated: bytes) -> Talk:
    """Send without end."""

    def talk(connection: socket.socket, _: str) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(repeated)

    return talk


@pytest.mark.parametrize(
    "raw",
    [
        ok(b"pear"),
        answer("200 OK") + b"pear",
        answer("200 OK", "Content-Encoding: identity", "Content-Length: 4") + b"pear",
        answer("200 OK", "Content-Length: 4") + b"pear and more",
        answer("100 Continue") + ok(b"pear"),
        chunked(b"pe", b"ar"),
        chunked(b"pear", end=b"0\r\nTrailer: x\r\n\r\n"),
        b"HTTP/1.0 200\r\n\r\npear",
    ],
)
def test_every_way_to_send_a_body(raw: bytes) -> None:
    assert fetch_from(raw) == b"pear"


def test_an_empty_body_is_one() -> None:
    assert fetch_from(ok(b"")) == b""


def test_exactly_as_much_as_allowed() -> None:
    assert len(fetch_from(ok(b"a" * MAX_BYTES))) == MAX_BYTES
    assert len(fetch_from(chunked(*[b"a"] * MAX_BYTES))) == MAX_BYTES


@pytest.mark.parametrize(
    "talk",
    [
        ok(b"a" * (MAX_BYTES + 1)),
        chunked(b"a" * (MAX_BYTES + 1)),
        answer("200 OK") + b"a" * (MAX_BYTES + 1),
        flood(answer("200 OK"), b"a" * 65536),
        flood(answer("200 OK", "Transfer-Encoding: chunked") + b"fffffffff\r\n", b"a" * 65536),
        flood(answer("200 OK", "Transfer-Encoding: chunked") + b"-1\r\n", b"a" * 65536),
    ],
    ids=["declared", "chunked", "undeclared", "endless", "one chunk of 64 GB", "a chunk of -1"],
)
def test_too_much(talk: Talk | bytes) -> None:
    into = io.BytesIO()
    with serve(talk) as server:
        fetcher = fetcher_for(server)
        with pytest.raises(ResponseTooLarge) as caught:
            fetcher.fetch(
                f"http://pears.example:{server.port}/", into=into, max_bytes=MAX_BYTES, asker="olive"
            )
    assert caught.value.allowed == MAX_BYTES
    assert len(into.getvalue()) <= MAX_BYTES


def test_a_length_that_is_too_large_is_refused_before_the_body_comes() -> None:
    with pytest.raises(ResponseTooLarge):
        fetch_from(answer("200 OK", f"Content-Length: {10**15}"))


@pytest.mark.parametrize(
    "talk",
    [
        drip(repeat(b"", 500)),
        drip(chain([b"HTTP/1.1 200 OK\r\nX: "], repeat(b"a", 500))),
        drip(chain([answer("200 OK", "Content-Length: 1000")], repeat(b"a", 500))),
        drip(chain([answer("200 OK", "Transfer-Encoding: chunked")], repeat(b"1\r\na\r\n", 500))),
        drip(repeat(answer("100 Continue"), 500)),
    ],
    ids=["silence", "head", "body", "chunks", "continue"],
)
def test_a_drip_does_not_stretch_the_deadline(talk: Talk) -> None:
    with pytest.raises(DeadlinePassed):
        fetch_from(talk, **SHORT)


@pytest.mark.parametrize(
    "talk",
    [
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 50_000,
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        answer("200 OK", *["X: y"] * 101),
        flood(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        flood(b"", answer("100 Continue")),
        flood(answer("200 OK", "Transfer-Encoding: chunked") + b"1\r\na\r\n0\r\n", b"X: y\r\n"),
        flood(answer("200 OK", "Transfer-Encoding: chunked"), b"1;" + b"x" * 1000 + b"\r\na\r\n"),
    ],
    ids=["long", "too long a line", "101", "endless", "continue", "trailers", "chunk extensions"],
)
def test_a_flood_of_headers(talk: Talk | bytes) -> None:
    with pytest.raises(BadResponse):
        fetch_from(talk)


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "GZIP", "identity, gzip", "x"])
def test_a_compressed_body_is_not_unpacked(encoding: str) -> None:
    bomb = gzip.compress(bytes(10**7))
    with pytest.raises(BadResponse, match="compressed"):
        fetch_from(ok(bomb, f"Content-Encoding: {encoding}"))
    with pytest.raises(BadResponse, match="transfer encoding"):
        fetch_from(answer("200 OK", f"Transfer-Encoding: {encoding}, chunked"))


@pytest.mark.parametrize(
    "raw",
    [
        answer("200 OK", "Content-Length: 5") + b"pear",
        chunked(b"pear", end=b""),
        chunked(b"pear", end=b"5\r\npea"),
        chunked(b"pear", end=b"nonsense\r\n"),
    ],
)
def test_a_missing_end(raw: bytes) -> None:
    with pytest.raises(CutShort):
        fetch_from(raw)


@pytest.mark.parametrize(
    "raw", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x16\x03\x01\x02\x00", b"pear", b"HTTP/1.1 abc\r\n\r\n"]
)
def test_not_http(raw: bytes) -> None:
    with pytest.raises(BadResponse):
        fetch_from(raw)


def test_hung_up_without_a_word() -> None:
    with pytest.raises(ConnectionFailed):
        fetch_from(b"")


@pytest.mark.parametrize(
    "header", ["Content-Length: -5", "Content-Length: x", "Content-Length: 4, 4", ": x", "X", "\xff: \xff"]
)
def test_headers_that_make_no_sense_lead_to_a_body_or_a_refusal(header: str) -> None:
    raw = f"HTTP/1.1 200 OK\r\n{header}\r\n\r\n".encode("latin-1") + b"pear"
    try:
        assert fetch_from(raw) == b"pear"
    except FetchError:
        pass
