"""A fetcher for servers on loopback, which no fetcher talks to unless it is told that it may."""

from __future__ import annotations

import io
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from apps.fetching.addresses import AddressPolicy, parse_networks
from apps.fetching.fetcher import Fetched, Fetcher, FetchLimits
from tests.fetching.serving import Server

MAX_BYTES = 100_000


class Names:
    """A resolver: each name's answers in turn, the last one again and again. `asked` are the questions."""

    def __init__(self, answers: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._answers = {name: list(turns) for name, turns in answers.items()}
        self.asked: list[str] = []

    def __call__(self, name: str) -> Sequence[str]:
        self.asked.append(name)
        turns = self._answers.get(name)
        if turns is None:
            raise OSError("no such name")
        return turns.pop(0) if len(turns) > 1 else turns[0]


def fetcher_for(
    *servers: Server,
    names: Names | None = None,
    limits: Mapping[str, Any] | None = None,
    allowed: str = "127.0.0.1/32",
    trust: ssl.SSLContext | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetcher:
    """Return a fetcher that may talk to these servers, all on 127.0.0.1; example names lead there."""
    return Fetcher(
        user_agent="images-platform",
        via="1.1 images-platform",
        policy=AddressPolicy(allowed=parse_networks(allowed.split())),
        limits=FetchLimits(
            **{"ports": frozenset(server.port for server in servers), "step_seconds": 0, **(limits or {})}
        ),
        resolve=names or Names({name: [["127.0.0.1"]] for name in ("pears.example", "plums.example")}),
        trust=trust or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # believes nobody
        sleep=sleep,
    )


def fetch(
    fetcher: Fetcher, url: str, *, max_bytes: int = MAX_BYTES, asker: str = "olive"
) -> tuple[bytes, Fetched]:
    into = io.BytesIO()
    fetched = fetcher.fetch(url, into=into, max_bytes=max_bytes, asker=asker)
    return into.getvalue(), fetched
