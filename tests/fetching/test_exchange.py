"""Whatever a server sends, it is a body within the limit or one of our refusals."""

from __future__ import annotations

import io
import socket

from hypothesis import example, given
from hypothesis import strategies as st

from apps.fetching.deadline import Deadline
from apps.fetching.errors import FetchError
from apps.fetching.exchange import Exchange
from apps.fetching.url import parse_url

URL = parse_url("http://pears.example/pear.jpg", ports={80})
MAX_BYTES = 500
LINES = [
    *(b"HTTP/1.1 200 OK", b"HTTP/1.0 200", b"HTTP/1.1 100 Continue", b"HTTP/1.1 99999 X"),
    *(b"HTTP/2 200", b"Content-Length: 4", b"Content-Length: -1", b"Content-Length: 9999999999999999"),
    *(b"Content-Length: x", b"Transfer-Encoding: chunked", b"Transfer-Encoding: x"),
    *(b"Connection: close", b"4", b"-1", b"0", b"0x4", b"fffffffffffffffff", b"4;x=y", b"1_0", b"pear", b""),
    *(b"Content-Encoding: gzip", b" folded", b": x", b"\x00"),
]  # fmt: skip


def read(raw: bytes) -> bytes:
    """Return the body of an answer that comes in one piece and then ends."""
    ours, theirs = socket.socketpair()
    into = io.BytesIO()
    with ours, theirs:
        theirs.sendall(raw)
        theirs.shutdown(socket.SHUT_WR)
        exchange = Exchange(ours, URL, headers={}, max_head_bytes=1000, deadline=Deadline(5))
        exchange.receive(into, max_bytes=MAX_BYTES)
    return into.getvalue()


def test_it_works() -> None:
    assert read(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npear") == b"pear"


@given(
    st.lists(st.sampled_from(LINES) | st.binary(max_size=8), max_size=14), st.sampled_from([b"\r\n", b"\n"])
)
@example([b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked", b"", b"-5", b"pear", b"0", b"", b""], b"\r\n")
def test_lines_of_every_kind(lines: list[bytes], end: bytes) -> None:
    try:
        body = read(end.join(lines))
    except FetchError:
        return
    assert len(body) <= MAX_BYTES


@given(st.binary(max_size=3000))
def test_any_bytes(raw: bytes) -> None:
    for head in (b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"):
        try:
            body = read(head + raw)
        except FetchError:
            continue
        assert len(body) <= MAX_BYTES
