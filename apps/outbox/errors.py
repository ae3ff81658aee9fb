"""What may go wrong with a job.

OutboxError
├── UnknownJobKind     no room registered a handler (an older worker beside newer code)
└── RetryLater         raised by a handler: not a fault, but not yet
"""

from __future__ import annotations


class OutboxError(Exception):
    """Base of this room's errors."""


class UnknownJobKind(OutboxError):
    def __init__(self, kind: str) -> None:
        super().__init__(f"no handler is registered for jobs of kind {kind!r}")


class RetryLater(OutboxError):
    """`seconds` from now the handler wants to be called again; that counts as an attempt."""

    def __init__(self, seconds: float, reason: str = "") -> None:
        super().__init__(reason or f"asked to be called again in {seconds:g} s")
        self.seconds = seconds
