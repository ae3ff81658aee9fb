"""Servers that remote sources lie on, on loopback, and an account that may fetch from them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from apps.fetching.addresses import parse_networks
from tests.fetching.serving import Server, answer, ok, serve

HOST = "img.example.com"


@dataclass
class Origin:
    """Answers by path; `answers` may be changed between two requests. Its paths are asked for in `seen`."""

    server: Server
    answers: dict[str, bytes] = field(default_factory=dict)
    think: Callable[[], object] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def seen(self) -> list[str]:
        return [head.split()[1] for head in self.server.heads]

    def put(self, path: str, body: bytes, *headers: str) -> str:
        """Have a picture at a path; returns its URL."""
        self.answers[path] = ok(body, *headers)
        return self.url + path

    def say(self, path: str, status: str, *headers: str) -> str:
        self.answers[path] = answer(status, *headers, "Content-Length: 0")
        return self.url + path


@contextmanager
def serving(settings: Any) -> Iterator[Origin]:
    """Run an origin, and let fetches go to it and to nothing else on this machine."""
    answers: dict[str, bytes] = {}
    running: list[Origin] = []

    def talk(connection: socket.socket, head: str) -> None:
        path = head.split()[1]
        known = _condition(head)
        found = answers.get(path, answer("404 Not Found", "Content-Length: 0"))
        if known and f"ETag: {known}".encode() in found:
            found = answer("304 Not Modified", f"ETag: {known}")
        running[0].think()
        connection.sendall(found)

    with serve(talk) as server:
        settings.FETCH_ALLOWED_NETWORKS = parse_networks(["127.0.0.1/32"])
        settings.FETCH_PORTS = frozenset({server.port})
        running.append(Origin(server, answers))
        yield running[0]


def _condition(head: str) -> str:
    lines = (line.partition(": ") for line in head.splitlines())
    headers: Mapping[str, str] = {name.lower(): value for name, _, value in lines}
    return headers.get("if-none-match", "")


def remote(options: str, source: str) -> str:
    return f"/cdn-cgi/image/{options}/{source}"
