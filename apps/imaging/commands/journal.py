"""Journal: the digests of files that need no more work, in a small file of lines, so that a run can go on.

What was done is known by content: a file that is renamed stays done, one that changes is looked at again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from apps.imaging.commands.endings import UsageError
from apps.imaging.optimising import Loss

JOURNAL_NAME = ".images-render-optimised"
_DIGEST_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of a folder; each line is a loss and a digest.

    Lines are added whole, by any process of a run; one that was torn is ignored.
    """

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / JOURNAL_NAME

    def read(self, loss: Loss) -> frozenset[str]:
        """Return the digests that need no more work at this loss; what was made lossy counts for both."""
        if not self.path.exists():
            return frozenset()
        counted = {loss.value, Loss.SOME.value}
        lines = (line.split() for line in self.path.read_text("ascii", "replace").splitlines())
        return frozenset(
            words[1] for words in lines if len(words) == 2 and words[0] in counted and _is_digest(words[1])
        )

    def add(self, loss: Loss, digest: str) -> None:
        """Note content as done, before it is in its place: the other order could do it twice."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        try:
            # Begins with a line's end, to stand apart from one that was torn.
            os.write(descriptor, f"\n{loss.value} {digest}\n".encode("ascii"))
        finally:
            os.close(descriptor)


def read_journals(folders: Iterable[Path], loss: Loss) -> frozenset[str]:
    """Return what is done by the journals of all folders together: content is done wherever it lies."""
    return frozenset().union(*(Journal(folder).read(loss) for folder in folders))


@contextmanager
def keep_journal(folder: Path) -> Iterator[None]:
    """Keep a folder, and its journal, to this run. Raises UsageError when another run has it, or OSError."""
    descriptor = os.open(folder / JOURNAL_NAME, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"another optimise is at work in {folder}") from None
        yield
    finally:
        os.close(descriptor)


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_DIGEST_DIGITS]


def _is_digest(word: str) -> bool:
    return len(word) == _DIGEST_DIGITS and set(word) <= set("0123456789abcdef")
