"""One Varnish for all tests of this room; each puts an origin of its own behind it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from apps.cdn.backends.node import grant
from tests.cdn.viewing import Edge, Origin
from tests.edges import SECRET, running_varnish


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Edge, dict[str, Origin]]]:
    behind: dict[str, Origin] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            behind["origin"].answer(self)

        do_HEAD = do_POST = do_GET

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        folder = tmp_path_factory.mktemp("varnish")
        with running_varnish(folder, origin_port=server.server_address[1]) as port:
            yield Edge(port), behind
        server.shutdown()


@pytest.fixture
def origin(shared: tuple[Edge, dict[str, Origin]]) -> Origin:
    shared[1]["origin"] = Origin()
    return shared[1]["origin"]


@pytest.fixture
def edge(shared: tuple[Edge, dict[str, Origin]], origin: Origin, settings: Any) -> Edge:
    """Vouch for the edge under a new epoch: what another test had it keep is forgotten."""
    settings.PURGE_BACKEND, settings.PURGE_SECRET = "varnish", SECRET
    settings.VARNISH_NODES = [shared[0].address]
    grant(shared[0].address, epoch=time.time_ns() // 1_000_000, until=int(time.time()) + 600, seconds=5)
    return shared[0]
