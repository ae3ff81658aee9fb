"""Ports: a taken one is named, with the way out."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from images_platform.ports import require_free_ports
from images_platform.supervisor.errors import PortTaken


def listen() -> socket.socket:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    return listening


def test_it_works() -> None:
    with listen() as listening:
        port = listening.getsockname()[1]
    require_free_ports(port)


def test_a_taken_port_is_named_with_the_way_out() -> None:
    with listen() as listening:
        port = listening.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} is taken .*make up PORT=9000"):
            require_free_ports(port)


def test_a_port_taken_on_every_address_is_taken() -> None:
    with socket.socket() as listening:
        listening.bind(("0.0.0.0", 0))  # noqa: S104  # for a moment, and it answers nothing
        listening.listen()
        with pytest.raises(PortTaken):
            require_free_ports(listening.getsockname()[1])


def test_an_earlier_run_gets_time_to_end() -> None:
    listening = listen()
    port = listening.getsockname()[1]
    threading.Timer(0.4, listening.close).start()
    started_at = time.monotonic()
    require_free_ports(port, patience_seconds=5.0)
    assert time.monotonic() - started_at > 0.3
