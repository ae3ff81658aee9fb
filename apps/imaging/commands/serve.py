"""`serve`: answer on a unix socket with isolated workers."""

from __future__ import annotations

import argparse
import logging
import sys
from dataclasses import replace
from pathlib import Path

from apps.imaging import cage
from apps.imaging.cage import environment
from apps.imaging.commands.arguments import Parser, add_verb, positive
from apps.imaging.renderer.lanes import cheap_lane, heavy_lane
from apps.imaging.renderer.pool import PoolSettings
from apps.imaging.renderer.server import ServerSettings, serve

_MEBIBYTE = 1024**2
# 100 megapixels of AVIF, 4:4:4 in 10 bits, took 2,505 MB of address space, and the face detector has 110;
# with alpha, libheif itself gives up.
_HEAVY_MEBIBYTES = 2_720
# It took 6 s of one core to read, and a large output takes as long again: on a machine five times as slow.
_HEAVY_SECONDS = 45.0
# Such a decoder has threads of its own.
_HEAVY_CPU_SECONDS = 120
_EXAMPLES = """\
  images-render serve --socket /run/images/renderer.sock --workers 4
  images-render serve --socket /run/images/renderer.sock --heavy-workers 0   on a small host"""


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
        "--memory",
        type=positive,
        default=pool.limits.memory_bytes // _MEBIBYTE,
        metavar="MIB",
        help="address space of a worker",
    )
    parser.add_argument(
        "--allow-open-cage",
        action="store_true",
        help="start where the cage has holes too, as on macOS: for pictures you trust",
    )
    _add_heavy(parser)


def _add_heavy(parser: Parser) -> None:
    heavy = parser.add_argument_group(
        "the heavy lane", "for pictures that take seconds or much memory; it listens at SOCKET.heavy"
    )
    heavy.add_argument(
        "--heavy-workers",
        type=int,
        choices=range(17),
        default=1,
        metavar="N",
        help="0: there is none, and what is too large for --memory is refused",
    )
    heavy.add_argument("--heavy-memory", type=positive, default=_HEAVY_MEBIBYTES, metavar="MIB")
    heavy.add_argument("--heavy-deadline", type=float, default=_HEAVY_SECONDS, metavar="SECONDS")


def run_serve(parsed: argparse.Namespace) -> int:
    if not environment.is_clean():
        environment.start_anew()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
    # libvips tells of every step it takes, and a hostile picture makes it warn once a tile.
    logging.getLogger("pyvips").setLevel(logging.ERROR)
    serve(read_settings(parsed))
    return 0


def read_settings(parsed: argparse.Namespace) -> ServerSettings:
    """Return the two lanes as the command line wants them."""
    memory_bytes = parsed.memory * _MEBIBYTE
    cheap = PoolSettings(
        workers=parsed.workers,
        deadline_seconds=parsed.deadline,
        max_renders=parsed.max_renders,
        max_resident_bytes=parsed.max_resident * _MEBIBYTE,
        limits=cage.ResourceLimits(memory_bytes),
        lane=cheap_lane(memory_bytes, is_last=not parsed.heavy_workers),
    )
    heavy_bytes = parsed.heavy_memory * _MEBIBYTE
    heavy = replace(
        cheap,
        workers=parsed.heavy_workers,
        deadline_seconds=parsed.heavy_deadline,
        limits=cage.ResourceLimits(heavy_bytes, cpu_seconds_per_picture=_HEAVY_CPU_SECONDS),
        lane=heavy_lane(heavy_bytes),
    )
    return ServerSettings(
        parsed.socket,
        must_be_caged=not parsed.allow_open_cage,
        cheap=cheap,
        heavy=heavy if parsed.heavy_workers else None,
    )
