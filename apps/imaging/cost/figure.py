"""Cost as a value: milliseconds of one core, and bytes at the peak."""

from __future__ import annotations

from dataclasses import dataclass

MEGA = 1_000_000
# Of a pixel in the pipeline, at most.
BANDS = 4


@dataclass(frozen=True, slots=True)
class Cost:
    """`peak_bytes` is memory beyond what an idle worker has; costs of what happens at once add up."""

    cpu_ms: int = 0
    peak_bytes: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.cpu_ms + other.cpu_ms, self.peak_bytes + other.peak_bytes)

    def then(self, other: Cost) -> Cost:
        """Return the cost of one after the other, when the first keeps nothing."""
        return Cost(self.cpu_ms + other.cpu_ms, max(self.peak_bytes, other.peak_bytes))


def make_cost(*, pixels: int = 0, ms_per_megapixel: float = 0, bytes_per_pixel: float = 0) -> Cost:
    """Return the cost of work that is done on every pixel."""
    return Cost(round(pixels * ms_per_megapixel / MEGA), round(pixels * bytes_per_pixel))
