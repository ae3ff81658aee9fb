"""Ports: whether the two an instance listens on are free, asked before anything is started."""

from __future__ import annotations

import socket
import time

from images_platform.supervisor.errors import PortTaken

_HOST = "127.0.0.1"
_LOOK_EVERY_SECONDS = 0.1


def require_free_ports(*ports: int, patience_seconds: float = 0.0) -> None:
    """Return when all are free. Raises PortTaken; patience is for an earlier run that is just ending."""
    give_up_at = time.monotonic() + patience_seconds
    for port in ports:
        while not _is_free(port):
            if time.monotonic() >= give_up_at:
                raise PortTaken(port)
            time.sleep(_LOOK_EVERY_SECONDS)


def _is_free(port: int) -> bool:
    with socket.socket() as listening:
        # Connections that have ended linger for a minute; they are in nobody's way.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((_HOST, port))
        except OSError:
            return False
    return True
