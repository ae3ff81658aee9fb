"""A contestant: renders one file to fit 512×512, in this process or by asking servers that it has started."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

SIDE = 512
FORMATS = ("jpeg", "webp", "avif", "png")
JPEG_QUALITY, WEBP_QUALITY, AVIF_QUALITY = 80, 75, 60
QUALITIES = {"jpeg": JPEG_QUALITY, "webp": WEBP_QUALITY, "avif": AVIF_QUALITY}
# Everyone's PNG: zlib's level 4 for what may choose a level.
PNG_LEVEL = 4


class Contestant(AbstractContextManager["Contestant"], ABC):
    """Entering starts what is needed, leaving stops it. `servers` are the processes that do the work."""

    servers: tuple[int, ...] = ()

    @abstractmethod
    def render(self, source: Path, format_name: str) -> bytes:
        """Return the file. Raises whatever its library or server does when it cannot."""

    def __exit__(self, *_: object) -> None:
        """Nothing has been started."""

    def idle(self) -> None:
        """Ask for nothing, to learn what asking costs; an HTTP server's health, for one."""

    def processes(self) -> list[int]:
        """Return the processes whose memory and processor time are this contestant's."""
        roots = self.servers or (os.getpid(),)
        return [pid for root in roots for pid in (root, *_descendants(root))]


def _descendants(pid: int) -> Iterator[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has ended, or this is no Linux
        return
    for child in map(int, children):
        yield child
        yield from _descendants(child)


def read_peak_bytes(pid: int) -> int:
    """Return the most resident memory a process has had; 0 where nobody tells, or it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
