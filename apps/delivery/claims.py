"""Claims: flights across processes and hosts. One makes; others wait, without a thread or a connection.

A claim is a row that its holder renews; the services say how. All that this process holds is renewed by one
statement a second, all that it waits for is looked at by one statement every few hundredths of a second. That
needs no connection of its own, as LISTEN would, and survives whatever a pooled connection does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from uuid import uuid4

from django.db import DatabaseError, InterfaceError

from apps.delivery.threads import DatabaseThreads
from apps.images.services import claim_flight, find_flights, land_flight, renew_flights
from apps.images.services.flights import RENEW_SECONDS

logger = logging.getLogger(__name__)

Fault = Mapping[str, Any]

# What it adds to a render that another process makes is half of it.
LOOK_SECONDS = 0.05
_AWAY_SECONDS = 0.5


class Claims:
    """Lives in one event loop. `threads` are its own: renewals must not stand in line behind slow disks."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads
        self._holder = uuid4()
        self._held: set[bytes] = set()
        self._awaited: dict[bytes, asyncio.Future[Fault | None]] = {}
        self._renewing: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None

    async def take(self, digest: bytes) -> bool:
        """Say whether this process is the one to make it; then it must `land`."""
        is_ours = await self._threads.run(claim_flight, digest=digest, holder=self._holder)
        if is_ours:
            self._held.add(digest)
            self._renewing = _keep_going(self._renewing, self._renew)
        return is_ours

    async def land(self, digest: bytes, fault: Fault | None = None) -> None:
        """Let the others know; when the database does not, the claim lapses by itself."""
        self._held.discard(digest)
        try:
            await self._threads.run(land_flight, digest=digest, holder=self._holder, fault=fault)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("A flight landed untold: %s", error)

    async def wait(self, digest: bytes) -> Fault | None:
        """Return once nobody flies with it any more: the fault another process met, None when it has landed.

        Whether anything came of it, the store knows. One may wait for a digest at a time.
        """
        awaited: asyncio.Future[Fault | None] = asyncio.get_running_loop().create_future()
        self._awaited[digest] = awaited
        self._looking = _keep_going(self._looking, self._look)
        try:
            return await awaited
        finally:
            del self._awaited[digest]

    async def close(self) -> None:
        """Stop renewing and looking; those who still wait must have been called back before."""
        tasks = [task for task in (self._renewing, self._looking) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _renew(self) -> None:
        while self._held:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                await self._threads.run(renew_flights, digests=tuple(self._held), holder=self._holder)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("Claims were not renewed: %s", error)

    async def _look(self) -> None:
        while self._awaited:
            await asyncio.sleep(LOOK_SECONDS)
            awaited = dict(self._awaited)
            try:
                flying = await self._threads.run(find_flights, digests=tuple(awaited))
            except (DatabaseError, InterfaceError) as error:
                logger.warning("Flights elsewhere are out of sight: %s", error)
                await asyncio.sleep(_AWAY_SECONDS)
                continue
            for digest, future in awaited.items():
                fault = flying.get(digest)
                if (digest not in flying or fault is not None) and not future.done():
                    future.set_result(fault)


def _keep_going(
    task: asyncio.Task[None] | None, work: Callable[[], Coroutine[Any, Any, None]]
) -> asyncio.Task[None]:
    """Return the task that does the work, a new one when it has run out of it."""
    return asyncio.create_task(work()) if task is None or task.done() else task
