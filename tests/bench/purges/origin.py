"""An origin whose pictures are at the version the benchmark says, and which takes its time to send them."""

from __future__ import annotations

import http.client
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Origin:
    """`versions` and `delays` (s) are by the number in `/h/<number>/public`; `tag` says its tags.

    A version is read, then the delay waited for, then the answer sent: as a disk is read before a slow line.
    """

    def __init__(self, tag: Callable[[int], str] = "a-{0} i-{0}".format) -> None:
        self.tag = tag
        self.versions: dict[int, int] = defaultdict(lambda: 1)
        self.delays: dict[int, float] = {}

    @contextmanager
    def listening(self) -> Iterator[int]:
        origin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                number = int(self.path.split("/")[2]) if self.path.startswith("/h/") else 0
                body = str(origin.versions[number]).encode()
                time.sleep(origin.delays.get(number, 0))
                self.send_response(200)
                self.send_header("Cache-Control", "public, max-age=600, stale-while-revalidate=7200")
                self.send_header("Surrogate-Key", origin.tag(number))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 128

            def handle_error(self, *args: Any) -> None:
                """Say nothing of connections that a Varnish was done with."""

        with Server(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield server.server_address[1]
            server.shutdown()


def read_version(port: int, number: int) -> int:
    """Ask the edge for a picture, and return its version."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", f"/h/{number}/public")
        return int(connection.getresponse().read())
