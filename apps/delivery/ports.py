"""The ports of `answer`: everything it reaches the world through, opened and closed together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from psycopg_pool import AsyncConnectionPool

from apps.delivery.claims import Claims
from apps.delivery.flights import Failures, Flights
from apps.delivery.flushing import Flusher
from apps.delivery.lookup import AsyncLookup, LookupConnection, make_pool
from apps.delivery.misses import MissLimit
from apps.delivery.rendering import Renderer, Rendering
from apps.delivery.renditions import Renditions, is_lasting
from apps.delivery.sources import Sources, is_lasting_fetch
from apps.delivery.threads import DatabaseThreads
from apps.delivery.turns import Turns
from apps.delivery.uses import Uses
from apps.images.decide import Facts, RenditionKey, StoredRendition
from apps.images.links import Link
from apps.images.storage import renditions
from apps.imaging.renderer.async_client import AsyncRendererClient
from apps.imaging.renderer.patience import longest_wait
from apps.usage.tally import Tally

# Fetches of remote sources under way or waiting for a seat, per process.
MAX_FETCHES = 256
FAILURE_SECONDS = 3.0
# How long a picture may wait for its turn at the renderer.
TURN_SECONDS = 10.0
# What a render's deadline leaves for opening the original and keeping the result.
STORE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Ports:
    """`look_up` returns all that decides about a link; `now` is unix seconds.

    Of `trusted_proxies` in front each adds an address to X-Forwarded-For. `avif_seconds` is AVIF's deadline
    where a variant has none of its own.
    """

    look_up: Callable[[Link], Awaitable[Facts | None]]
    renditions: Renditions
    sources: Sources
    misses: MissLimit
    trusted_proxies: int
    tally: Tally
    uses: Uses
    avif_seconds: float
    tells_timings: bool = False
    now: Callable[[], float] = time.time


@asynccontextmanager
async def open_ports(
    *, renderer: Renderer | None = None, pool: AsyncConnectionPool[LookupConnection] | None = None
) -> AsyncIterator[Ports]:
    """Yield ports as the settings say, but for those given; they live in the running event loop.

    Neither the database nor the renderer need be there yet: until they are, answers are 503.
    """
    # Each flight waits for one mezzanine at most, and must not be refused that for want of a seat.
    flights, mezzanine_flights = (make_flights(seats * settings.RENDER_QUEUE) for seats in (1, 2))
    threads, claim_threads, fetch_threads = map(DatabaseThreads, (4, 2, settings.FETCH_AT_ONCE))
    tally, uses = Tally(), Uses()
    flusher = Flusher([tally, uses], threads)
    claims = Claims(claim_threads)
    pool = pool or make_pool()
    look_up = AsyncLookup(pool, settings.FIELD_KEYS)
    sources = make_sources(look_up, fetch_threads)
    await pool.open(wait=False)
    flusher.start()
    try:
        make = partial(
            Renditions,
            storage=renditions,
            rendering=make_rendering(renderer or make_renderer(), threads),
            threads=threads,
            claims=claims,
            wait_seconds=find_wait_seconds(),
        )
        yield Ports(
            look_up=look_up,
            renditions=make(flights=flights, mezzanines=make(flights=mezzanine_flights)),
            sources=sources,
            misses=MissLimit(settings.MISSES_PER_MINUTE),
            trusted_proxies=settings.TRUSTED_PROXIES,
            tally=tally,
            avif_seconds=settings.AVIF_DEADLINE_MS / 1000,
            tells_timings=settings.SERVER_TIMING,
            uses=uses,
        )
    finally:
        await sources.close()
        await flights.close()
        await mezzanine_flights.close()
        await flusher.close()
        await claims.close()
        await pool.close()
        # Last and off the event loop: a fetch under way cannot be called back. Nothing else waits for it.
        for each in (claim_threads, threads, fetch_threads):
            await asyncio.to_thread(each.close)


def make_rendering(renderer: Renderer, threads: DatabaseThreads) -> Rendering:
    turns = Turns(at_once=settings.RENDERS_AT_ONCE, patience_seconds=TURN_SECONDS)
    return Rendering(renderer=renderer, threads=threads, turns=turns)


def make_flights(limit: int) -> Flights[RenditionKey, StoredRendition | None]:
    return Flights(limit=limit, failures=Failures(seconds=FAILURE_SECONDS), is_lasting=is_lasting)


def make_sources(look_up: Callable[[Link], Awaitable[Facts | None]], threads: DatabaseThreads) -> Sources:
    return Sources(
        look_up=look_up,
        threads=threads,
        flights=Flights(
            limit=MAX_FETCHES, failures=Failures(seconds=FAILURE_SECONDS), is_lasting=is_lasting_fetch
        ),
        own_urls=find_own_urls(),
        at_once=settings.FETCH_AT_ONCE,
        wait_seconds=settings.FETCH_SECONDS + find_wait_seconds(),
    )


def find_own_urls() -> tuple[str, ...]:
    """Return where we are ourselves: nothing there is a source."""
    return settings.DELIVERY_URL, settings.CONTROL_URL


def find_wait_seconds() -> float:
    """Return how long a request waits for its flight: no flight takes longer."""
    longest = longest_wait(total_seconds=settings.RENDER_SECONDS, heavy_seconds=settings.HEAVY_RENDER_SECONDS)
    return TURN_SECONDS + longest + STORE_SECONDS


def make_renderer() -> AsyncRendererClient:
    return AsyncRendererClient(
        settings.RENDERER_SOCKET,
        total_seconds=settings.RENDER_SECONDS,
        heavy_seconds=settings.HEAVY_RENDER_SECONDS,
    )
