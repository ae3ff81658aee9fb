"""Reader: a seekable file read by numbers, which never goes past its end and never for ever."""

from __future__ import annotations

import os
from typing import BinaryIO, Literal

from apps.imaging.blocks import pass_blocks
from apps.imaging.errors import DamagedImage, TruncatedImage

ByteOrder = Literal["big", "little"]
# Far above any real file (a 100 MB PNG with small chunks has 12,000) and half a second of work.
MAX_STEPS = 200_000
_WINDOW_BYTES = 64 * 1024
# Most runs of blocks are an extension's few bytes, and a file may be made of nothing else.
_FIRST_WINDOW_BYTES = 256


class Reader:
    """Reads unsigned numbers and bytes; a read past the end raises TruncatedImage."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)
        self._steps = 0
        file.seek(0)

    @property
    def position(self) -> int:
        return self._file.tell()

    @property
    def remaining(self) -> int:
        return self.size - self.position

    def peek(self, count: int) -> bytes:
        """Return up to `count` bytes from here and stay here."""
        position = self.position
        data = self._file.read(count)
        self._file.seek(position)
        return data

    def read(self, count: int) -> bytes:
        """Return exactly `count` bytes."""
        self._step()
        if count > self.remaining:
            raise TruncatedImage
        return self._file.read(count)

    def number(self, count: int, order: ByteOrder = "big") -> int:
        """Return an unsigned number of `count` bytes."""
        return int.from_bytes(self.read(count), order)

    def seek(self, position: int) -> None:
        """Go to a place within the file, or to its end."""
        self._step()
        if not 0 <= position <= self.size:
            raise TruncatedImage
        self._file.seek(position)

    def skip(self, count: int) -> None:
        self.seek(self.position + count)

    def skip_blocks(self) -> None:
        """Go past GIF's data blocks and the empty one at their end."""
        window_bytes = _FIRST_WINDOW_BYTES
        while True:
            start, window = self.position, self._file.read(window_bytes)
            if not window:
                raise TruncatedImage
            end, steps = pass_blocks(window, 0)
            self._step(steps)
            if end < len(window):
                self._file.seek(start + end + 1)
                return
            self.seek(start + end)
            window_bytes = _WINDOW_BYTES

    def _step(self, count: int = 1) -> None:
        self._steps += count
        if self._steps > MAX_STEPS:
            raise DamagedImage("The image's structure has no end")
