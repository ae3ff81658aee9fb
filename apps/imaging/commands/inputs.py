"""Inputs: the pictures that words on the command line stand for: files, folders, patterns, standard input."""

from __future__ import annotations

import glob
import io
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from apps.imaging.commands.endings import UsageError
from apps.imaging.source import SNIFFED_BYTES, sniff

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Input:
    """One picture; `folder` is the one that was named when it was found by walking it."""

    path: Path
    folder: Path | None = None

    @property
    def is_stdin(self) -> bool:
        return str(self.path) == STDIN

    @property
    def name(self) -> str:
        """What messages call it."""
        return "stdin" if self.is_stdin else str(self.path)

    @property
    def branch(self) -> str:
        """Its path below the folder, or its name alone; without the suffix."""
        path = Path(self.path.name) if self.folder is None else self.path.relative_to(self.folder)
        return "stdin" if self.is_stdin else str(path.with_suffix(""))

    def open(self) -> BinaryIO:
        """Return it as a seekable file. Raises OSError."""
        return io.BytesIO(sys.stdin.buffer.read()) if self.is_stdin else self.path.open("rb")


def find_inputs(words: Sequence[str]) -> list[Input]:
    """Return what the words stand for, each picture once.

    In a folder everything that begins like a picture counts, whatever its name, but for what is hidden or a
    link. A named file counts as it is. Raises UsageError for a pattern or folder without pictures.
    """
    if STDIN in words and len(words) > 1:
        raise UsageError("- (standard input) cannot be one of several inputs")
    found: dict[Path, Input] = {}
    for word in words:
        inputs = list(_expand(word))
        if not inputs:
            raise UsageError(f"{word} holds no pictures")
        for each in inputs:
            found.setdefault(each.path, each)
    return list(found.values())


def _expand(word: str) -> Iterator[Input]:
    path = Path(word)
    if path.is_dir():
        yield from (Input(each, path) for each in walk(path) if is_picture(each))
    elif glob.has_magic(word) and not path.exists():
        found = sorted(glob.glob(word, recursive=True))  # noqa: PTH207 - Path's has no absolute patterns
        yield from (Input(Path(each)) for each in found if Path(each).is_file())
    else:
        yield Input(path)


def walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder in order, hidden ones and links left out."""
    return (path for path in walk_all(folder) if not path.name.startswith("."))


def walk_all(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, hidden ones too, but none out of hidden folders and no links."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                yield path


def is_picture(path: Path) -> bool:
    """Whether a file begins like one; one that cannot be read counts, so that its error is heard of."""
    try:
        with path.open("rb") as file:
            return sniff(file.read(SNIFFED_BYTES)) is not None
    except OSError:
        return True
