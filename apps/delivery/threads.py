"""DatabaseThreads: a few threads in which the event loop has blocking work done, Django's database too."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connections

Params = ParamSpec("Params")
Result = TypeVar("Result")


class DatabaseThreads:
    """Bounded: what finds no free thread waits in line, as a coroutine."""

    def __init__(self, size: int = 4) -> None:
        self._size = size
        self._executor = ThreadPoolExecutor(size, thread_name_prefix="delivery")

    async def run(
        self, function: Callable[Params, Result], *args: Params.args, **kwargs: Params.kwargs
    ) -> Result:
        """Return what the function returns, or raise what it raises."""
        # Within the caller's context, so that what is logged there bears the request's id.
        call = partial(copy_context().run, _with_fresh_connections, partial(function, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._executor, call)

    def close(self) -> None:
        """Wait for work under way, then close each thread's connections: only the thread itself can."""
        everyone = threading.Barrier(self._size)
        for _ in range(self._size):
            self._executor.submit(_leave, everyone)
        self._executor.shutdown(wait=True)


def _with_fresh_connections(call: Callable[[], Result]) -> Result:
    # Without this, a connection that broke once would fail in its thread for ever.
    close_old_connections()
    try:
        return call()
    finally:
        close_old_connections()


def _leave(everyone: threading.Barrier) -> None:
    connections.close_all()
    everyone.wait(timeout=30)  # so that no thread takes a second one's turn
