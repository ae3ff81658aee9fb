"""`manage.py ingest_edge_log`: count what the edge served, from varnishncsa's files."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.images.edge_log import FORMAT, add_up
from apps.usage.services import find_edge_log, take_edge_lines

_LINES_AT_ONCE = 50_000
_GZIP = b"\x1f\x8b"


class Command(BaseCommand):
    help = (
        "Add what the edge served out of its store to the accounts' usage. A file is known by its first "
        "line, so it may be renamed, packed, or still be written: what was counted is not counted again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = f"Written by: varnishncsa -F '{FORMAT}'"
        parser.add_argument("files", nargs="+", metavar="FILE", help="a log; .gz as well")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in options["files"]:
            try:
                with _open(name) as file:
                    hits, strange = _ingest(file)
            except (OSError, EOFError) as error:
                raise CommandError(f"{name} cannot be read: {error}.") from error
            note = f", {strange:,} lines not understood" if strange else ""
            self.stdout.write(f"{name}: {hits:,} hits added{note}")


@contextmanager
def _open(name: str) -> Iterator[IO[bytes]]:
    with Path(name).open("rb") as file:
        is_packed = file.read(2) == _GZIP
        file.seek(0)
        if not is_packed:
            yield file
            return
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield cast(IO[bytes], unpacked)


def _ingest(file: IO[bytes]) -> tuple[int, int]:
    """Count what of a file was not counted before; returns hits, and lines that are none."""
    first = file.readline()
    if not first.endswith(b"\n"):  # there is nothing yet, or not a whole line
        return 0, 0
    name = hashlib.sha256(first).hexdigest()
    start = find_edge_log(name=name)
    file.seek(start)
    hits = strange = 0
    while lines := list(islice(_list_whole_lines(file), _LINES_AT_ONCE)):
        found = add_up(line.decode("utf-8", "replace").rstrip("\n") for line in lines)
        end = start + sum(map(len, lines))
        if not take_edge_lines(name=name, start=start, end=end, counts=found.counts):
            break  # another process is at this file
        start = end
        hits += sum(served.hits for served in found.counts.values())
        strange += found.strange_lines
    return hits, strange


def _list_whole_lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield lines up to the last whole one: the rest is being written."""
    return (line for line in file if line.endswith(b"\n"))
