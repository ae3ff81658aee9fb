"""BackgroundLoop: one event loop in a thread of its own, for servers of threads.

All threads of a process thereby share flights and the pool, just as requests of the ASGI door do.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager

from apps.delivery.answer import answer
from apps.delivery.messages import DeliveryRequest, DeliveryResponse
from apps.delivery.ports import Ports


class BackgroundLoop:
    """Starts with the first request, so that a server may fork after importing us."""

    def __init__(self, open_ports: Callable[[], AbstractAsyncContextManager[Ports]]) -> None:
        self._open_ports = open_ports
        self._lock = threading.Lock()
        self._running: _Running | None = None

    def answer(self, request: DeliveryRequest) -> DeliveryResponse:
        """Return the response; blocks the calling thread, never for longer than flights are waited for."""
        with self._lock:
            if self._running is None:
                self._running = _Running(self._open_ports)
            running = self._running
        return running.answer(request)

    def close(self) -> None:
        """Stop the loop; another request starts a new one."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.close()


class _Running:
    """A loop that lives, and its ports."""

    def __init__(self, open_ports: Callable[[], AbstractAsyncContextManager[Ports]]) -> None:
        self._started: Future[Ports] = Future()
        self._thread = threading.Thread(
            target=asyncio.run, args=(self._live(open_ports),), name="delivery", daemon=True
        )
        self._thread.start()
        self._ports = self._started.result()

    def answer(self, request: DeliveryRequest) -> DeliveryResponse:
        return asyncio.run_coroutine_threadsafe(answer(request, self._ports), self._loop).result()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _live(self, open_ports: Callable[[], AbstractAsyncContextManager[Ports]]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        try:
            async with open_ports() as ports:
                self._started.set_result(ports)
                await self._stop.wait()
        except Exception as error:
            if self._started.done():
                raise
            self._started.set_exception(error)
