"""`serve`: answer on a unix socket with isolated workers."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from apps.imaging import cage
from apps.imaging.cage import environment
from apps.imaging.commands.arguments import Parser, add_verb, positive
from apps.imaging.renderer.pool import PoolSettings
from apps.imaging.renderer.server import ServerSettings, serve

_MEBIBYTE = 1024**2
_EXAMPLES = """\
  images-render serve --socket /run/images/renderer.sock --workers 4"""


def add_serve(verbs: argparse._SubParsersAction[Parser]) -> None:
    pool = PoolSettings()
    parser = add_verb(
        verbs, "serve", "Answer on a unix socket with isolated workers", run_serve, examples=_EXAMPLES
    )
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--workers", type=positive, default=pool.workers)
    parser.add_argument("--deadline", type=float, default=pool.deadline_seconds, metavar="SECONDS")
    parser.add_argument("--max-renders", type=positive, default=pool.max_renders, metavar="N")
    parser.add_argument(
        "--max-resident", type=positive, default=pool.max_resident_bytes // _MEBIBYTE, metavar="MIB"
    )
    parser.add_argument(
        "--memory", type=positive, default=pool.limits.memory_bytes // _MEBIBYTE, metavar="MIB"
    )
    parser.add_argument(
        "--allow-open-cage",
        action="store_true",
        help="start where the cage has holes too, as on macOS: for pictures you trust",
    )


def run_serve(parsed: argparse.Namespace) -> int:
    if not environment.is_clean():
        environment.start_anew()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
    # libvips tells of every step it takes, and a hostile picture makes it warn once a tile.
    logging.getLogger("pyvips").setLevel(logging.ERROR)
    pool = PoolSettings(
        workers=parsed.workers,
        deadline_seconds=parsed.deadline,
        max_renders=parsed.max_renders,
        max_resident_bytes=parsed.max_resident * _MEBIBYTE,
        limits=cage.ResourceLimits(memory_bytes=parsed.memory * _MEBIBYTE),
    )
    serve(ServerSettings(socket_path=parsed.socket, must_be_caged=not parsed.allow_open_cage, pool=pool))
    return 0
