"""A relay in front of Postgres that can be switched off and on: a real database that really goes away."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class Relay:
    """Listens on a port, of loopback unless told, and passes bytes to the database a conninfo names."""

    def __init__(self, conninfo: str, *, host: str = "127.0.0.1") -> None:
        self._own_host = host
        target = conninfo_to_dict(conninfo)
        self._host, self._port = str(target["host"]), int(str(target.get("port") or 5432))
        self._own_port = 0
        self._pipes: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.switch_on()
        self.conninfo = make_conninfo(conninfo, host="127.0.0.1", port=self._own_port)

    @property
    def port(self) -> int:
        return self._own_port

    def switch_on(self) -> None:
        self._run(self._listen())

    def switch_off(self) -> None:
        """Cut every connection and refuse new ones."""
        self._run(self._close())

    def cut(self) -> None:
        """Cut every connection and take new ones, as a restart of the database does."""
        self._run(self._cut())

    def end(self) -> None:
        self.switch_off()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, self._own_host, self._own_port)
        self._own_port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        await self._cut()

    async def _cut(self) -> None:
        pipes = list(self._pipes)
        for pipe in pipes:
            pipe.cancel()
        await asyncio.gather(*pipes, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await self._connect()
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            pipe = self._loop.create_task(_pass_on(source, sink))
            self._pipes.add(pipe)
            pipe.add_done_callback(self._pipes.discard)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._host.startswith("/"):
            return await asyncio.open_unix_connection(f"{self._host}/.s.PGSQL.{self._port}")
        return await asyncio.open_connection(self._host, self._port)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # the other side went first
    finally:
        writer.transport.abort()
