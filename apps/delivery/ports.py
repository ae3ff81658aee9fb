"""The ports of `answer`: everything it reaches the world through, opened and closed together."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from django.conf import settings
from psycopg_pool import AsyncConnectionPool

from apps.delivery.claims import Claims
from apps.delivery.flights import Failures, Flights
from apps.delivery.lookup import AsyncLookup, make_pool
from apps.delivery.renditions import Renderer, Renditions, is_lasting
from apps.delivery.threads import DatabaseThreads
from apps.images.decide import Facts, RenditionKey, StoredRendition
from apps.images.links import Link
from apps.images.storage import renditions
from apps.imaging.renderer.async_client import AsyncRendererClient
from apps.imaging.renderer.patience import longest_wait

# Renders under way or queued at the renderer, per process; one more is asked to come back.
MAX_FLIGHTS = 64
FAILURE_SECONDS = 3.0
# What a render's deadline leaves for opening the original and keeping the result.
STORE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Ports:
    """`look_up` returns all that decides about a link; `now` is unix seconds."""

    look_up: Callable[[Link], Awaitable[Facts | None]]
    renditions: Renditions
    now: Callable[[], float] = time.time


@asynccontextmanager
async def open_ports(
    *, renderer: Renderer | None = None, pool: AsyncConnectionPool | None = None
) -> AsyncIterator[Ports]:
    """Yield ports as the settings say, but for those given; they live in the running event loop.

    Neither the database nor the renderer need be there yet: until they are, answers are 503.
    """
    flights: Flights[RenditionKey, StoredRendition | None] = Flights(
        limit=MAX_FLIGHTS, failures=Failures(seconds=FAILURE_SECONDS), is_lasting=is_lasting
    )
    threads, claim_threads = DatabaseThreads(), DatabaseThreads(2)
    claims = Claims(claim_threads)
    pool = pool or make_pool()
    await pool.open(wait=False)
    try:
        yield Ports(
            look_up=AsyncLookup(pool, settings.FIELD_KEYS),
            renditions=Renditions(
                storage=renditions,
                renderer=renderer or make_renderer(),
                threads=threads,
                claims=claims,
                flights=flights,
                wait_seconds=find_wait_seconds(),
            ),
        )
    finally:
        await flights.close()
        await claims.close()
        claim_threads.close()
        threads.close()
        await pool.close()


def find_wait_seconds() -> float:
    """Return how long a request waits for its flight: no flight takes longer."""
    longest = longest_wait(total_seconds=settings.RENDER_SECONDS, heavy_seconds=settings.HEAVY_RENDER_SECONDS)
    return longest + STORE_SECONDS


def make_renderer() -> AsyncRendererClient:
    return AsyncRendererClient(
        settings.RENDERER_SOCKET,
        total_seconds=settings.RENDER_SECONDS,
        heavy_seconds=settings.HEAVY_RENDER_SECONDS,
    )
