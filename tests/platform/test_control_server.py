"""gunicorn's settings: a silent client does not hold a thread for ever."""

from __future__ import annotations

import socket
import threading

import pytest

from images_platform.control_server import limit_silence


def test_an_accepted_connection_gives_up_reading() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        limit_silence(listener, seconds=1)
        with socket.create_connection(listener.getsockname()) as client:
            client.sendall(b"GET / HT")
            accepted, _ = listener.accept()
            with accepted:
                accepted.setblocking(True)
                assert accepted.recv(100) == b"GET / HT"
                guard = threading.Timer(10, client.shutdown, [socket.SHUT_WR])  # a failure, not a hang
                guard.daemon = True
                guard.start()
                with pytest.raises(BlockingIOError):
                    accepted.recv(100)
                guard.cancel()
