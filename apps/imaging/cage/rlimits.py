"""Resource limits of one worker: memory, processor time, files, core dumps."""

from __future__ import annotations

import resource
from dataclasses import dataclass

MEBIBYTE = 1024**2


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """What a worker may use: address space, processor time in all and per picture, descriptors.

    768 MiB holds a photo of 24 megapixels in every format: AVIF needed 522 MB of address space (measured, to
    512 px), and the face detector 110. The largest picture we accept needs 2,505: 100 megapixels of AVIF,
    4:4:4 in 10 bits. The parent's deadline is the clock that matters; the processor's is there for a worker
    that found a way to make the parent believe it idle.
    """

    memory_bytes: int = 768 * MEBIBYTE
    cpu_seconds: int = 600
    cpu_seconds_per_picture: int = 60
    open_files: int = 64

    def apply(self) -> tuple[str, ...]:
        """Set the limits for good; return the names of those that hold (macOS has no address space limit)."""
        wanted = {
            "AS": (resource.RLIMIT_AS, self.memory_bytes),
            "CPU": (resource.RLIMIT_CPU, self.cpu_seconds),
            "FSIZE": (resource.RLIMIT_FSIZE, 0),
            "NOFILE": (resource.RLIMIT_NOFILE, self.open_files),
            "CORE": (resource.RLIMIT_CORE, 0),
        }
        return tuple(name for name, (kind, amount) in wanted.items() if _set_limit(kind, amount))

    def renew_cpu(self) -> bool:
        """Grant one picture its processor time; say False when too little is left of the whole.

        Past the grant the kernel sends SIGXCPU, past the whole SIGKILL.
        """
        usage = resource.getrusage(resource.RUSAGE_SELF)
        granted = int(usage.ru_utime + usage.ru_stime) + 1 + self.cpu_seconds_per_picture
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        if hard != resource.RLIM_INFINITY and granted > hard:
            return False
        resource.setrlimit(resource.RLIMIT_CPU, (granted, hard))
        return True


def _set_limit(kind: int, amount: int) -> bool:
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        amount = min(amount, hard)
    try:
        resource.setrlimit(kind, (amount, amount))
    except (OSError, ValueError):
        return False
    return resource.getrlimit(kind)[0] == amount
