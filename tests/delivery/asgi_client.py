"""A small ASGI client: the real application, driven in-process through its own protocol.

The application lives in an event loop in a thread of its own, so that tests are plain functions and may use
the database between two requests.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self, TypeVar

from apps.delivery.asgi import DeliveryApplication

Result = TypeVar("Result")


@dataclass(frozen=True)
class Answer:
    """`sent_path` is the file the server was told to send, when it offers that."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    sent_path: str = ""

    @property
    def lasting(self) -> Answer:
        """The same without what is another for each request."""
        return replace(
            self, headers={name: self.headers[name] for name in self.headers.keys() - {"x-request-id"}}
        )

    @property
    def is_stored_by_nobody(self) -> bool:
        return "no-store" in self.headers.get("cache-control", "")


class DeliveryClient:
    """Use as a context manager: the application's lifespan is the block."""

    def __init__(self, application: DeliveryApplication) -> None:
        self._application = application
        self.extensions: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.run(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Run something in the application's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=60)

    def get(self, target: str | bytes, method: str = "GET", **headers: str) -> Answer:
        """Ask once; header names are written with underscores."""
        return self.run(self.ask(target, method, **headers))

    def get_all(self, targets: Sequence[str], **headers: str) -> list[Answer]:
        """Ask for all at once."""

        async def gather() -> list[Answer]:
            return list(await asyncio.gather(*(self.ask(target, **headers) for target in targets)))

        return self.run(gather())

    async def ask(self, target: str | bytes, method: str = "GET", **headers: str) -> Answer:
        raw = target.encode() if isinstance(target, str) else target
        path, _, query = raw.partition(b"?")
        scope = {
            "type": "http",
            "method": method,
            "path": path.decode("latin-1"),
            "raw_path": path,
            "query_string": query,
            "headers": [
                (name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()
            ],
            "extensions": self.extensions,
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            raise AssertionError("delivery reads no bodies")

        async def send(message: Any) -> None:
            sent.append(message)

        await self._application(scope, receive, send)
        return _read(sent)

    async def _start(self) -> None:
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._outbox: asyncio.Queue[Any] = asyncio.Queue()
        await self._inbox.put({"type": "lifespan.startup"})
        self._life = asyncio.create_task(
            self._application({"type": "lifespan"}, self._inbox.get, self._outbox.put)
        )
        assert await self._outbox.get() == {"type": "lifespan.startup.complete"}

    async def _stop(self) -> None:
        await self._inbox.put({"type": "lifespan.shutdown"})
        assert await self._outbox.get() == {"type": "lifespan.shutdown.complete"}
        await self._life


def _read(sent: list[dict[str, Any]]) -> Answer:
    start, *rest = sent
    assert start["type"] == "http.response.start"
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    assert all(name == name.lower() for name in headers)
    if rest[0]["type"] == "http.response.pathsend":
        assert len(rest) == 1
        return Answer(start["status"], headers, b"", sent_path=rest[0]["path"])
    assert all(message.get("more_body") for message in rest[:-1])
    assert not rest[-1].get("more_body")
    return Answer(start["status"], headers, b"".join(message["body"] for message in rest))
