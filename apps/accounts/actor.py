"""Who acts: a person, a token or the platform itself, as services and the audit trail see them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    user_id: int | None = None
    token_id: int | None = None
    address: str | None = None
    request_id: str = ""


SYSTEM = Actor()
