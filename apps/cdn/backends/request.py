"""What a purge asks for, and what a cache must be able to do to be one of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PurgeRequest:
    """Surrogate keys, and full URLs for caches that know no keys; `account` is the key of whose they are."""

    keys: tuple[str, ...]
    urls: tuple[str, ...] = ()
    account: str = ""


class PurgeBackend(Protocol):
    """A cache downstream."""

    def purge(self, request: PurgeRequest) -> None:
        """Return once no answer under these keys or URLs can be served from before this call.

        Any exception means that it may still be; it is called again later. The deadline (1 s) is its own.
        """
