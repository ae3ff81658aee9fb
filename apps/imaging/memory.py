"""MemoryGauge: how much of its address space a locked worker has needed so far."""

from __future__ import annotations

import os
import re

_PEAK = re.compile(rb"^VmPeak:\s+(\d+) kB", re.MULTILINE)
_STATUS_BYTES = 4096


class MemoryGauge:
    """Reads the peak of this process' address space; make it before the lock, which leaves no file to open.

    A decoder that runs out of memory mostly says that the file is damaged, so the worker has to know
    better: a failure after more than half the limit was in use is the limit's. The peak never falls, hence
    a worker past half is spent: it answers and is replaced, lest the next failure be ascribed to the wrong
    picture.
    """

    def __init__(self, *, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        try:
            self._status = os.open("/proc/self/status", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:  # macOS: MemoryError and the decoder's own words must do
            self._status = -1

    def read_peak_bytes(self) -> int:
        """Return the highest address space used since the process began; 0 where the system does not tell."""
        if self._status < 0:
            return 0
        found = _PEAK.search(os.pread(self._status, _STATUS_BYTES, 0))
        return int(found[1]) * 1024 if found else 0

    def is_spent(self) -> bool:
        """Say whether more than half the limit has been in use at some time."""
        return self.read_peak_bytes() > self._limit_bytes // 2
