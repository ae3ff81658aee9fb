"""Sources: a fresh copy of the remote source a link names, there already or brought by one flight.

Nothing here holds the event loop: fetches have threads of their own, as many as may be under way at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from weakref import WeakValueDictionary

from apps.delivery.flights import Flights
from apps.delivery.refusals import ImageChanging
from apps.delivery.renditions import is_lasting
from apps.delivery.threads import DatabaseThreads
from apps.fetching.errors import FetcherBusy, FetchError
from apps.images.decide import Facts
from apps.images.errors import AlreadyResized, UnknownHost
from apps.images.fetcher import is_from_ourselves
from apps.images.links import Link
from apps.images.remote import RemoteLink, check_source
from apps.images.services import bring_source

# An account and the id its copy of a source has.
SourceKey = tuple[int, str]


@dataclass(slots=True)
class Detour:
    """Where one request is sent if it gets an error: to the source that it asked for then, or nowhere.

    It leads nowhere until the source is known to be allowed, so that no error that comes before, foreseen or
    not, sends anyone where a link's author likes. The original sends to its own zone only; ours is what the
    account's list says.
    """

    place: str | None = None


class Sources:
    """`own_urls` are delivery's and control's, `at_once` is how many fetches the fetcher makes.

    `wait_seconds` is how long a request waits for a flight. Closes the flights it is given.
    """

    def __init__(
        self,
        *,
        look_up: Callable[[Link], Awaitable[Facts | None]],
        threads: DatabaseThreads,
        flights: Flights[SourceKey, None],
        own_urls: tuple[str, ...],
        at_once: int,
        wait_seconds: float,
    ) -> None:
        self._look_up = look_up
        self._threads = threads
        self._flights = flights
        self._own_urls = own_urls
        self._share = (at_once + 1) // 2
        self._wait_seconds = wait_seconds
        self._seats: WeakValueDictionary[int, asyncio.Semaphore] = WeakValueDictionary()

    async def bring(
        self, link: RemoteLink, facts: Facts | None, *, via: str, detour: Detour, admit: Callable[[], None]
    ) -> Facts:
        """Return what is known of a link's source, once there is a copy of it that may be shown.

        `detour` leads to the source from when it is known to be allowed (`onerror=redirect`). `admit` may
        refuse a fetch, by raising. Raises DecisionError, OptionsError, FetchError, imaging's errors,
        or the refusals of flights.
        """
        detour.place = None  # what was allowed at the last try may not be at this one
        if facts is None:
            raise UnknownHost
        if is_from_ourselves(via):
            raise AlreadyResized
        check_source(link, facts, own_urls=self._own_urls)
        detour.place = link.source.spelled if link.redirects_on_error else None
        if facts.image is not None and facts.is_fresh:
            return facts
        await self._flights.join(
            (facts.account_pk, link.image_id),
            partial(self._fetch, link, facts),
            owner=facts.account_pk,
            wait_seconds=self._wait_seconds,
            admit=admit,
        )
        brought = await self._look_up(link)
        if brought is None or brought.image is None:
            raise ImageChanging
        return brought

    async def close(self) -> None:
        """Call back all who wait for a fetch; one under way ends in its thread."""
        await self._flights.close()

    async def _fetch(self, link: RemoteLink, facts: Facts) -> None:
        # The fetcher refuses an account that has half of its slots already: here, a page of thirty pictures
        # waits in line for them, and without a thread.
        seats = self._seats.setdefault(facts.account_pk, asyncio.Semaphore(self._share))
        async with seats:
            await self._threads.run(
                bring_source, account_pk=facts.account_pk, link=link, allowed_origins=facts.allowed_origins
            )


def is_lasting_fetch(error: BaseException) -> bool:
    """Whether a failed fetch would fail again at once."""
    return is_lasting(error) or (isinstance(error, FetchError) and not isinstance(error, FetcherBusy))
