"""AsyncLookup: all that decides about a link, by one SQL statement over a pool of connections."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, LiteralString

from django.db import connections
from psycopg import AsyncConnection, AsyncCursor, InterfaceError, OperationalError
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from apps.delivery.refusals import LookupFailed
from apps.images.decide import Facts
from apps.images.links import Link
from apps.images.lookup import facts_from_row, lookup_parameters, lookup_sql

# A request waits this long for a connection, and this long for the row.
POOL_SECONDS = 2.0
QUERY_SECONDS = 5.0


class LookupConnection(AsyncConnection[tuple[Any, ...]]):
    """Keeps its one cursor: to make another takes as long as to run a statement on it."""

    _lookup_cursor: AsyncCursor[tuple[Any, ...]] | None = None

    async def look_up(self, sql: LiteralString, parameters: Any) -> tuple[Any, ...] | None:
        """Return the statement's one row."""
        if self._lookup_cursor is None:
            self._lookup_cursor = self.cursor()
        await self._lookup_cursor.execute(sql, parameters)
        return await self._lookup_cursor.fetchone()


def make_pool(conninfo: str | None = None, *, max_size: int = 8) -> AsyncConnectionPool[LookupConnection]:
    """Return a pool, not yet open, on the database that Django uses unless told another.

    Autocommit: a look-up is one statement and one round trip, without BEGIN and COMMIT around it.
    """
    return AsyncConnectionPool(
        conninfo or read_conninfo(),
        connection_class=LookupConnection,
        kwargs={"autocommit": True},
        min_size=1,
        max_size=max_size,
        timeout=POOL_SECONDS,
        # Give up soon and let the next request begin anew: the pauses between attempts double otherwise,
        # and a database that was away for a minute would stay away for another.
        reconnect_timeout=3.0,
        open=False,
        name="delivery",
    )


class AsyncLookup:
    """A callable: a link in, its Facts out; None when no account has its hash."""

    def __init__(self, pool: AsyncConnectionPool[LookupConnection], field_keys: Sequence[str]) -> None:
        self._pool = pool
        self._field_keys = tuple(field_keys)

    async def __call__(self, link: Link) -> Facts | None:
        """Raise LookupFailed when the database does not answer."""
        sql, parameters = lookup_sql(link), lookup_parameters(link)
        try:
            row = await self._fetch(sql, parameters)
        except (OperationalError, InterfaceError, TimeoutError) as error:
            raise LookupFailed from error
        return facts_from_row(row, self._field_keys)

    async def _fetch(self, sql: LiteralString, parameters: Any) -> tuple[Any, ...] | None:
        try:
            return await self._fetch_once(sql, parameters)
        except PoolTimeout:
            raise
        except (OperationalError, InterfaceError):
            # After a restart of the database every pooled connection is dead: replace them all, try once.
            await self._pool.check()
            return await self._fetch_once(sql, parameters)

    async def _fetch_once(self, sql: LiteralString, parameters: Any) -> tuple[Any, ...] | None:
        # Not `async with pool.connection()`, which also ends a transaction: here there never is one.
        connection = await self._pool.getconn()
        try:
            async with asyncio.timeout(QUERY_SECONDS):
                return await connection.look_up(sql, parameters)
        finally:
            await self._pool.putconn(connection)


def read_conninfo() -> str:
    """Return what libpq needs to reach Django's database."""
    settings = connections["default"].settings_dict
    options = {
        name: value
        for name, value in settings["OPTIONS"].items()
        if name not in {"pool", "isolation_level", "server_side_binding", "assume_role"}  # Django's own
    }
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return make_conninfo(**options, **{name: settings[key] for name, key in named.items() if settings[key]})
