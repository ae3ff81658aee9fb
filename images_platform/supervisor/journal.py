"""Journal: what parts say, line by line on one terminal, each line with its speaker's name."""

from __future__ import annotations

import os
import selectors
from collections.abc import Iterable
from contextlib import suppress

# A longer line is cut into pieces: nobody fills the memory by never ending one.
_MAX_LINE_BYTES = 8 * 1024
_READ_BYTES = 64 * 1024


class Journal:
    """Writes to a descriptor; that its reader went away is no reason to stop."""

    def __init__(self, descriptor: int, names: Iterable[str] = ()) -> None:
        self._descriptor = descriptor
        self._width = max(map(len, names), default=0)

    def write(self, name: str, line: str | bytes) -> None:
        text = line.encode() if isinstance(line, str) else line
        self.print(f"{name:>{self._width}} | ".encode() + text)

    def print(self, text: bytes) -> None:
        left = memoryview(text + b"\n")
        with suppress(OSError):
            while left:
                left = left[os.write(self._descriptor, left) :]


class Speech:
    """What one part says: the readable end of a pipe, watched by an event loop and cut into lines."""

    def __init__(
        self, name: str, descriptor: int, journal: Journal, selector: selectors.BaseSelector
    ) -> None:
        self._name = name
        self._descriptor = descriptor
        self._journal = journal
        self._selector = selector
        self._rest = b""
        self._is_open = True
        os.set_blocking(descriptor, False)
        selector.register(descriptor, selectors.EVENT_READ, self._pass_on)

    def close(self) -> None:
        """Pass on what has been said so far, whoever may still hold the other end."""
        while self._is_open and self._pass_on():
            pass
        if self._is_open:
            self._end()

    def _pass_on(self) -> bool:
        """Pass on complete lines; return whether there may be more to read at once."""
        try:
            data = os.read(self._descriptor, _READ_BYTES)
        except BlockingIOError:
            return False
        if not data:
            self._end()
            return False
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _MAX_LINE_BYTES:
            lines.append(self._rest)
            self._rest = b""
        for line in filter(None, lines):
            self._journal.write(self._name, line)
        return True

    def _end(self) -> None:
        self._is_open = False
        self._selector.unregister(self._descriptor)
        os.close(self._descriptor)
        if self._rest:
            self._journal.write(self._name, self._rest)
