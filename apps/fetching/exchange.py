"""One request and its answer over a connection that carries no other: a GET, and what comes back.

Nothing an answer says is believed further than it costs: its length only to refuse early and to notice a
missing end, its type not at all. Compressed bodies are refused, since identity was asked for.
"""

from __future__ import annotations

import hashlib
import http.client
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

from apps.fetching.deadline import Deadline
from apps.fetching.errors import BadResponse, ConnectionFailed, CutShort, DeadlinePassed, ResponseTooLarge
from apps.fetching.url import FetchUrl
from apps.fetching.wire import Wire

_CHUNK_BYTES = 64 * 1024


class Exchange:
    """An answer whose head has been read; `connection` stays its owner's to close."""

    def __init__(
        self,
        connection: socket.socket,
        url: FetchUrl,
        *,
        headers: Mapping[str, str],
        max_head_bytes: int,
        deadline: Deadline,
    ) -> None:
        self._wire = Wire(connection, deadline)
        self._wire.allow(max_head_bytes)
        with _translated_errors():
            self._response = _send(self._wire, url, headers)

    @property
    def status(self) -> int:
        return self._response.status

    def header(self, name: str) -> str:
        """Return a header as the server wrote it, several joined by commas; empty if there is none."""
        return self._response.getheader(name, "")

    def receive(self, into: BinaryIO, *, max_bytes: int) -> tuple[int, str]:
        """Write the body as it comes; return its size and SHA-256 in hexadecimal digits.

        Raises ResponseTooLarge, CutShort, BadResponse, DeadlinePassed or ConnectionFailed; then `into`
        holds a part of the body, never more than the limit.
        """
        if self.header("Content-Encoding").strip().lower() not in {"", "identity"}:
            raise BadResponse("the server sent its answer compressed, though it was asked not to")
        if self.header("Transfer-Encoding").strip().lower() not in {"", "chunked"}:
            raise BadResponse("the server sent its answer in a transfer encoding other than chunked")
        declared = self._response.length
        if declared is not None and declared > max_bytes:
            raise ResponseTooLarge(max_bytes)
        # Chunks of a byte each come as six; whoever needs more than that wants to be busy, not read.
        self._wire.allow(8 * max_bytes)
        size, digest = 0, hashlib.sha256()
        for data in self._read():
            size += len(data)
            if size > max_bytes:
                raise ResponseTooLarge(max_bytes)
            digest.update(data)
            into.write(data)
        if declared is not None and size < declared:
            raise CutShort
        return size, digest.hexdigest()

    def _read(self) -> Iterator[bytes]:
        while True:
            with _translated_errors():
                # read() would collect a chunk as large as the server likes before it returns.
                data = self._response.read1(_CHUNK_BYTES)
            if not data:
                return
            yield data


def _send(wire: Wire, url: FetchUrl, headers: Mapping[str, str]) -> http.client.HTTPResponse:
    client = http.client.HTTPConnection(url.host)
    client.auto_open = 0  # with this, one that finds itself without a connection makes none
    client.sock = wire
    client.putrequest("GET", url.target, skip_host=True, skip_accept_encoding=True)
    for name, value in {"Host": url.authority, **headers}.items():
        client.putheader(name, value)
    client.endheaders()
    return client.getresponse()


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise DeadlinePassed("while the answer came") from error
    except http.client.RemoteDisconnected as error:
        raise ConnectionFailed("closed without an answer") from error
    except http.client.IncompleteRead as error:
        raise CutShort from error
    except http.client.HTTPException as error:
        raise BadResponse("the server's answer is not HTTP that can be understood") from error
    except OSError as error:
        raise ConnectionFailed(str(error)) from error
