"""The lease protocol between one worker and its parent: who works on which connection since when.

A worker that accepts a connection hands its parent a duplicate of it (SCM_RIGHTS). Should the worker die,
the parent knows why and answers in its place, so that a client learns "timed out" or "ran out of memory"
instead of a silent end of file; and the time a worker is busy is measured by the parent's clock, not by the
worker's word.
"""

from __future__ import annotations

import errno
import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum

from apps.imaging.renderer.wire.frames import Header, encode_head


class Notice(Enum):
    """What a worker tells its parent, one byte each."""

    FREE = b"F"  # locked and idle
    ACCEPTED = b"A"  # comes with the connection
    ANSWERING = b"R"  # from here on only the worker may write to the connection


@dataclass(slots=True)
class Lease:
    """One connection a worker is busy with; times are of the parent's monotonic clock."""

    connection: socket.socket | None
    started_at: float = field(default_factory=time.monotonic)

    def answer(self, header: Header) -> None:
        """Answer in the place of a worker that is gone, and close."""
        if self.connection is not None:
            with suppress(OSError):  # the client may have left, or the descriptor be no connection at all
                self.connection.send(encode_head(header), socket.MSG_DONTWAIT)
        self.close()

    def close(self) -> None:
        """Leave the connection to the worker alone."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def tell(control: socket.socket, notice: Notice, connection: socket.socket | None = None) -> None:
    """Send a notice, from the worker. Raises OSError when the parent is gone."""
    descriptors = [] if connection is None else [connection.fileno()]
    try:
        socket.send_fds(control, [notice.value], descriptors)
    except OSError as error:
        # All processes of a user together may have no more descriptors on their way than one of them may have
        # open. Without it nobody can answer in our place, which is not needed as long as we live.
        if error.errno != errno.ETOOMANYREFS:
            raise
        control.send(notice.value)


def hear(control: socket.socket) -> tuple[Notice | None, socket.socket | None]:
    """Take one notice from a worker and the connection that came along; (None, None) at the line's end.

    The worker may have been taken over by a picture: an unknown byte or a descriptor that is no socket ends
    the line too, and no more than one descriptor is taken. Raises BlockingIOError when there is nothing to
    hear.
    """
    try:
        byte, descriptors, _flags, _address = socket.recv_fds(control, 1, 1)
    except BlockingIOError:
        raise
    except OSError:
        return None, None
    connection = _adopt(descriptors[0]) if descriptors else None
    try:
        return Notice(byte), connection
    except ValueError:
        if connection is not None:
            connection.close()
        return None, None


def _adopt(descriptor: int) -> socket.socket | None:
    try:
        return socket.socket(fileno=descriptor)
    except OSError:
        os.close(descriptor)
        return None
