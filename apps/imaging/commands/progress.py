"""Progress: one plain line on stderr about how far a batch is."""

from __future__ import annotations

import shutil
import sys
import time

# Where the line cannot be rewritten, in a log, it comes this often.
_PAUSE_SECONDS = 5.0


class Progress:
    """Rewrites its line on a terminal; elsewhere adds one now and then; silent for a single picture."""

    def __init__(self, total: int, *, is_quiet: bool) -> None:
        self._total = total
        self._is_silent = is_quiet or total < 2
        self._is_terminal = sys.stderr.isatty()
        self._shown_at = time.monotonic()
        self._is_shown = False

    def show(self, done: int, name: str) -> None:
        if self._is_silent:
            return
        line = f"{done} of {self._total}  {name}"
        if self._is_terminal:
            sys.stderr.write("\r\x1b[K" + line[: shutil.get_terminal_size().columns - 1])
            self._is_shown = True
        elif time.monotonic() - self._shown_at >= _PAUSE_SECONDS:
            sys.stderr.write(line + "\n")
            self._shown_at = time.monotonic()
        sys.stderr.flush()

    def clear(self) -> None:
        """Make room for another line."""
        if self._is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._is_shown = False
