"""Patience: how long a client waits for the renderer, and what it means when it waits no longer."""

from __future__ import annotations

from dataclasses import dataclass

from apps.imaging.errors import RendererBusy, RendererTimeout

# The renderer's own deadline ends a render first, and says so; ours is for a renderer that says nothing.
GRACE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Patience:
    """From when on a client waits in a lane, and how long a worker there may take: the lane's deadline.

    `started_at` is of the client's monotonic clock.
    """

    started_at: float
    seconds: float

    @property
    def ends_at(self) -> float:
        return self.started_at + self.seconds + GRACE_SECONDS

    def explain_end(self, accepted_at: float | None) -> RendererBusy | RendererTimeout:
        """Return what it means that patience ended; `accepted_at` is None when no worker took the request.

        A worker's deadline begins when it takes a request. Where so much time went by in the queue that ours
        ends before it, the renderer is busy, and nothing is known about the picture.
        """
        was_taken_in_time = accepted_at is not None and accepted_at + self.seconds <= self.ends_at
        return RendererTimeout() if was_taken_in_time else RendererBusy()


def longest_wait(*, total_seconds: float, heavy_seconds: float) -> float:
    """Return how long a verb may take at worst: both lanes' patience, one after the other."""
    return total_seconds + heavy_seconds + 2 * GRACE_SECONDS
