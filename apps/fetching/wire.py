"""Wire: a connection as `http.client` handles one, which keeps the deadline and counts what comes.

The standard library's client is taken for its parser and given a socket that is connected already. So it
cannot resolve a name, connect anywhere or find a proxy, and it never followed redirects or kept cookies.
What it lacks is here: one deadline for everything, and a limit to what a head, or a body with all that
frames it, may have in bytes.
"""

from __future__ import annotations

import io
import socket
from typing import Any

from apps.fetching.deadline import Deadline
from apps.fetching.errors import BadResponse


class Wire:
    """Closing it closes nothing: the socket is its owner's."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection, self._deadline = connection, deadline
        self._allowed_bytes = 0

    def allow(self, size: int) -> None:
        """Let this many bytes more come in, and what is read ahead of them."""
        self._allowed_bytes = size + io.DEFAULT_BUFFER_SIZE

    def sendall(self, data: bytes) -> None:
        self._deadline.limit(self._connection)
        self._connection.sendall(data)

    def receive_into(self, buffer: Any) -> int:
        self._deadline.limit(self._connection)
        count = self._connection.recv_into(buffer)
        self._allowed_bytes -= count
        if self._allowed_bytes < 0:
            raise BadResponse("the server's answer has more headers, or more around its bytes, than allowed")
        return count

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self))

    def close(self) -> None:
        pass


class _Incoming(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._wire.receive_into(buffer)
