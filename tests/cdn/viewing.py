"""An origin of the tests' own, and a client of the edge that stands in front of it."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

PUBLIC = {
    "Cache-Control": "public, max-age=600, stale-while-revalidate=7200",
    "Vary": "Accept",
    "Surrogate-Key": "a-1 i-1 v-1",
}


@dataclass
class Origin:
    """A delivery plane of this test's own: it notes what it is asked, and may think before it answers."""

    headers: dict[str, str] = field(default_factory=PUBLIC.copy)
    version: int = 1
    status: int = 200
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    think: Callable[[], None] = lambda: None

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append((handler.path, handler.headers["Accept"]))
        self.hosts.append(handler.headers["Host"])
        body = f"version {self.version}".encode()  # read before the thinking, as bytes from a disk are
        self.think()
        handler.send_response(self.status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)


class Edge:
    """A client of the edge."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.address = f"http://127.0.0.1:{port}"

    def ask(self, target: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, target, headers=names)
            response = connection.getresponse()
            given = {name.lower(): value for name, value in response.getheaders()}
            return response.status, given, response.read().decode()

    def get(self, target: str, **headers: str) -> str:
        return self.ask(target, **headers)[2]
