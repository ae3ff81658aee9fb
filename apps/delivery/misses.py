"""MissLimit: how many new pictures one client may have made in a minute; what is stored is not counted.

A bucket for each client, in the process: a miss costs a render, so the limit need not be exact, and it holds
when every other service is away. With several delivery processes a client may reach each of them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from apps.delivery.clients import find_customer
from apps.delivery.refusals import TooManyMisses

_MINUTE = 60.0


class MissLimit:
    """`per_minute` at once or one by one, 0 for no limit; remembers the `clients` that asked last."""

    def __init__(
        self, per_minute: int, *, clients: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds_each = _MINUTE / per_minute if per_minute else 0.0
        self._clients = clients
        self._clock = clock
        self._empty_at: dict[str, float] = {}  # when a client's bucket has run out, the last to ask last

    def take(self, client: str) -> None:
        """Count a miss of a client's, an IP address. Raises TooManyMisses."""
        customer = find_customer(client)
        if not (self._seconds_each and customer):
            return
        now = self._clock()
        empty_at = max(now, self._empty_at.pop(customer, now))
        over = empty_at + self._seconds_each - now - _MINUTE
        if over > 1e-6:
            self._empty_at[customer] = empty_at
            raise TooManyMisses(math.ceil(over))
        self._empty_at[customer] = empty_at + self._seconds_each
        if len(self._empty_at) > self._clients:
            del self._empty_at[next(iter(self._empty_at))]
