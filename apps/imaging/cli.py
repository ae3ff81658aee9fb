"""The command `images-render`: serve pictures, look at one, make one, or ask whether the cage holds."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import Any

from apps.imaging import cage
from apps.imaging.cage import environment
from apps.imaging.client import RendererClient
from apps.imaging.encoders import Generation
from apps.imaging.errors import ImagingError
from apps.imaging.grammar import parse
from apps.imaging.limits import Limits
from apps.imaging.pool import PoolSettings
from apps.imaging.recipe import OutputFormat
from apps.imaging.render import inspect, render
from apps.imaging.server import ServeError, ServerSettings, probe_in_child, serve

_MEBIBYTE = 1024**2
# A person at a terminal knows the file; the product's upload limits are not theirs.
_LIMITS = Limits(max_bytes=2**40)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parsed = make_parser().parse_args(arguments)
    try:
        return int(parsed.command(parsed))
    except (ImagingError, ServeError, OSError) as error:
        print(f"images-render: {error or type(error).__name__}", file=sys.stderr)
        return 1


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all four commands."""
    parser = argparse.ArgumentParser(prog="images-render", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="serve|info|render|doctor")
    _add_serve(commands.add_parser("serve", help="answer on a unix socket with isolated workers"))
    info = commands.add_parser("info", help="say what a picture is, as JSON, after decoding all of it")
    info.add_argument("file", type=Path)
    info.set_defaults(command=_run_info)
    _add_render(commands.add_parser("render", help="make a rendition of a file"))
    doctor = commands.add_parser(
        "doctor", help="try each forbidden thing: from inside the cage, and libvips' loaders"
    )
    doctor.set_defaults(command=_run_doctor)
    for command in (info, doctor):
        command.add_argument("--socket", type=Path, help="ask the server there instead of this process")
    return parser


def _add_serve(parser: argparse.ArgumentParser) -> None:
    pool = PoolSettings()
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--workers", type=_positive, default=pool.workers)
    parser.add_argument("--deadline", type=float, default=pool.deadline_seconds, metavar="SECONDS")
    parser.add_argument("--max-renders", type=_positive, default=pool.max_renders, metavar="N")
    parser.add_argument(
        "--max-resident", type=_positive, default=pool.max_resident_bytes // _MEBIBYTE, metavar="MIB"
    )
    parser.add_argument(
        "--memory", type=_positive, default=pool.limits.memory_bytes // _MEBIBYTE, metavar="MIB"
    )
    parser.add_argument("--require-cage", action="store_true", help="do not start where the cage has holes")
    parser.set_defaults(command=_run_serve)


def _add_render(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--options", default="", help='as in a link: "w=400,fit=cover"')
    parser.add_argument(
        "--format", choices=[item.value for item in OutputFormat], help="default: by OUT's suffix"
    )
    parser.add_argument("--small", action="store_true", help="spend more time for fewer bytes")
    parser.add_argument("--socket", type=Path, help="ask the server there instead of this process")
    parser.set_defaults(command=_run_render)


def _run_serve(parsed: argparse.Namespace) -> int:
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
    serve(ServerSettings(socket_path=parsed.socket, must_be_caged=parsed.require_cage, pool=pool))
    return 0


def _run_info(parsed: argparse.Namespace) -> int:
    with parsed.file.open("rb") as source:
        if parsed.socket:
            info = RendererClient(parsed.socket).inspect(source, limits=_LIMITS)
        else:
            info = inspect(source, _LIMITS)
    print(json.dumps(_as_json(info), indent=2))
    return 0


def _run_render(parsed: argparse.Namespace) -> int:
    recipe = parse(parsed.options)
    output = OutputFormat(parsed.format) if parsed.format else _find_format(parsed.out)
    generation = Generation.SMALL if parsed.small else Generation.QUICK
    with parsed.file.open("rb") as source:
        if parsed.socket:
            client = RendererClient(parsed.socket)
            rendered = client.render(source, recipe, output, limits=_LIMITS, generation=generation)
        else:
            rendered = render(source, recipe, output, limits=_LIMITS, generation=generation)
    parsed.out.write_bytes(rendered.data)
    print(f"{parsed.out}: {rendered.width} × {rendered.height}, {len(rendered.data)} bytes")
    return 0


def _run_doctor(parsed: argparse.Namespace) -> int:
    if parsed.socket is None and not environment.is_clean():
        environment.start_anew()
    from apps.imaging.loaders import find_open_loaders

    report = RendererClient(parsed.socket).probe() if parsed.socket else probe_in_child(cage.ResourceLimits())
    print(report.summarize())
    for attempt in report.attempts:
        print(
            f"  {'refused' if attempt.is_refused else 'POSSIBLE':8}  {attempt.name}  {attempt.errno}".rstrip()
        )
    for name in report.foreign_variables:
        print(f"  VISIBLE   ${name}")
    open_loaders = find_open_loaders()
    for loader in open_loaders:
        print(f"  OPEN      {loader}")
    return 0 if report.is_in_force and not open_loaders else 1


def _find_format(path: Path) -> OutputFormat:
    for output in OutputFormat:
        if path.suffix.lower() in {f".{output.value}", ".jpg" if output is OutputFormat.JPEG else ""}:
            return output
    raise ImagingError(f"{path.suffix or path.name} is no format; say --format")


def _as_json(record: Any) -> dict[str, Any]:
    values = {entry.name: getattr(record, entry.name) for entry in fields(record)}
    return {name: value.value if isinstance(value, Enum) else value for name, value in values.items()}


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
