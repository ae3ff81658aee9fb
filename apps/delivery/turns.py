"""Turns at the renderer: so many renders at a time, and accounts one after the other.

Whoever asks for a thousand pictures at once waits for their own: of the renders under way one account has
half at most, and among those who wait the account with the fewest under way is next. The renderer's own queue
stays short thereby, so that nobody's picture stands behind a stranger's hundred.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from apps.delivery.refusals import QueueFull


class Turns:
    """Lives in one event loop. Who waits longer than `patience_seconds` is asked to come back."""

    def __init__(self, *, at_once: int, patience_seconds: float) -> None:
        self._at_once = at_once
        self._share = max(1, at_once // 2)
        self._patience_seconds = patience_seconds
        self._under_way: Counter[int] = Counter()
        self._lines: dict[int, deque[asyncio.Future[None]]] = {}  # who was served last stands last

    @asynccontextmanager
    async def turn(self, account_pk: int) -> AsyncIterator[None]:
        """Give the block a turn of the account's. Raises QueueFull."""
        turn = asyncio.get_running_loop().create_future()
        self._lines.setdefault(account_pk, deque()).append(turn)
        self._call_next()
        try:
            async with asyncio.timeout(self._patience_seconds):
                await turn
        except BaseException as error:
            self._leave(account_pk, turn)
            if isinstance(error, TimeoutError):
                raise QueueFull from error
            raise
        try:
            yield
        finally:
            self._end(account_pk)

    def has_room(self, account_pk: int) -> bool:
        """Whether a render of the account's would begin at once."""
        return self._under_way.total() < self._at_once and self._under_way[account_pk] < self._share

    def _call_next(self) -> None:
        while (account_pk := self._choose()) is not None:
            line = self._lines.pop(account_pk)
            turn = line.popleft()
            if line:
                self._lines[account_pk] = line
            if not turn.done():  # who has left meanwhile is passed over
                turn.set_result(None)
                self._under_way[account_pk] += 1

    def _choose(self) -> int | None:
        waiting = (account_pk for account_pk in self._lines if self.has_room(account_pk))
        return min(waiting, key=lambda account_pk: self._under_way[account_pk], default=None)

    def _leave(self, account_pk: int, turn: asyncio.Future[None]) -> None:
        """Forget one who waits no longer, who may have been called in the very same moment."""
        if turn.done() and not turn.cancelled():
            self._end(account_pk)
        elif (line := self._lines.get(account_pk)) is not None and turn in line:
            line.remove(turn)
            if not line:
                del self._lines[account_pk]

    def _end(self, account_pk: int) -> None:
        self._under_way[account_pk] -= 1
        if not self._under_way[account_pk]:
            del self._under_way[account_pk]
        self._call_next()
