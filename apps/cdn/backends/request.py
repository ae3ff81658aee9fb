"""What a purge asks for, and what a cache must be able to do to be one of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PurgeRequest:
    """Surrogate keys, and full URLs for caches that know no keys; `account` is the key of whose they are.

    `seconds` is how long whoever waits for it can wait.
    """

    keys: tuple[str, ...]
    urls: tuple[str, ...] = ()
    account: str = ""
    seconds: float = 0.9


class PurgeBackend(Protocol):
    """A cache downstream.

    `settle_seconds` is how long after a purge a fill that was under way may still put the old answer in: then
    it is purged again, and only that is the end. 0 is a cache that fences such fills.
    """

    @property
    def settle_seconds(self) -> float: ...

    def purge(self, request: PurgeRequest) -> None:
        """Return once no answer under these keys or URLs can be served from before this call.

        Any exception means that it may still be; it is called again later.
        """
