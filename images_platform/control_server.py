"""How gunicorn runs the control plane; a deployment adds `--bind` and, if it likes, `--workers`.

A proxy that buffers should stand in front: a thread is held as long as a client takes to send its request.
Without one, silence at least ends a connection.
"""

from __future__ import annotations

import socket
import struct
from typing import Any

SILENCE_SECONDS = 20

worker_class = "gthread"
workers = 2
threads = 8
preload_app = True  # the workers share what the parent has imported
control_socket_disable = True  # it would lie in $HOME
graceful_timeout = 1
loglevel = "warning"


def when_ready(server: Any) -> None:
    """Called by gunicorn once it listens."""
    for listener in server.LISTENERS:
        limit_silence(listener.sock, seconds=SILENCE_SECONDS)


def limit_silence(listener: socket.socket, *, seconds: int) -> None:
    """Have every connection accepted here give up reading after so long without a byte.

    Accepted sockets inherit the option; gunicorn itself never sets a timeout on them.
    """
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", seconds, 0))
