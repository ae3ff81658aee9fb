"""Lanes: the renderer's two doors, so that a picture of seconds or gigabytes keeps no thumbnail waiting.

    cheap   the socket everybody knows; several workers with little memory each
    heavy   the socket beside it; one worker by default, with the memory and time of the largest picture

Who asks need not know which lane a picture belongs to. A cheap worker reads the header, predicts the cost,
and where that is over its lane's budget answers "wrong lane" without decoding anything; the client then asks
again next door. What runs out of memory in spite of its prediction is sent there too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from apps.imaging.cost.figure import Cost
from apps.imaging.errors import ImagingError, TooLargeToProcess

# A worker's own address space: 70 MiB when it starts (180 with the face detector), and 136 once libvips'
# threads have their arenas.
OWN_BYTES = 336 * 1024**2
# Two workers busy with the slowest cheap pictures, overlays included, keep a thumbnail waiting about so long:
# predictions of time are right to a third mostly, and a slower machine takes longer in proportion.
CHEAP_CPU_MS = 3_000
# What is predicted to take longer is refused at once: 28 bytes of WebP, blurred, turned and tried at eight
# qualities, would keep the only heavy worker until its deadline, and still end in nothing. Half of it is what
# they take on a machine of today: 100 megapixels of AVIF, 6 s, or trimmed and written anew as PNG, 4 s.
LONGEST_CPU_MS = 30_000


class WrongLane(Exception):
    """Another lane is meant for this picture."""


@dataclass(frozen=True, slots=True)
class Lane:
    """What a picture may be predicted to cost here."""

    max_peak_bytes: int
    max_cpu_ms: int = LONGEST_CPU_MS
    is_last: bool = True

    def admit(self, cost: Cost) -> None:
        """Return for a picture within the budget. Raises WrongLane, or TooLargeToProcess in the last lane."""
        is_small, is_quick = cost.peak_bytes <= self.max_peak_bytes, cost.cpu_ms <= self.max_cpu_ms
        if is_small and is_quick:
            return
        if not self.is_last:
            raise WrongLane
        if is_quick:
            raise TooLargeToProcess(needed_bytes=cost.peak_bytes, allowed_bytes=self.max_peak_bytes)
        raise TooLargeToProcess(needed_ms=cost.cpu_ms, allowed_ms=self.max_cpu_ms)

    def reconsider(self, error: ImagingError) -> ImagingError | WrongLane:
        """Return what an error means to the client: too large for this lane is not too large for the next."""
        return WrongLane() if isinstance(error, TooLargeToProcess) and not self.is_last else error


def cheap_lane(memory_bytes: int, *, is_last: bool) -> Lane:
    """Return the lane of workers with so much address space each."""
    return Lane(memory_bytes - OWN_BYTES, LONGEST_CPU_MS if is_last else CHEAP_CPU_MS, is_last=is_last)


def heavy_lane(memory_bytes: int) -> Lane:
    return Lane(memory_bytes - OWN_BYTES)


def heavy_socket(path: Path) -> Path:
    """Return where the heavy lane listens, from the path of the cheap one's socket."""
    return path.with_name(f"{path.name}.heavy")
