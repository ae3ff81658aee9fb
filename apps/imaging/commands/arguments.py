"""Arguments that several verbs share, and the parser that refuses on one line."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from apps.imaging.commands.endings import STATUSES, Ending, tell
from apps.imaging.limits import Limits

# A person at a terminal knows the file, and waits for what moves; the product's limits are not theirs.
LIMITS = Limits(max_bytes=2**40, large_animation_pixels=100_000_000)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as every other error of the program."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(**settings)

    def error(self, message: str) -> NoReturn:
        self.exit(Ending.WRONG_USAGE, f"{tell('', message)} (see {self.prog} --help)\n")


def add_verb(
    verbs: argparse._SubParsersAction[Parser],
    name: str,
    summary: str,
    command: Callable[[argparse.Namespace], int],
    *,
    examples: str = "",
) -> Parser:
    """Return the parser of one more verb, which runs `command`."""
    epilog = f"examples:\n{examples}\n\n{STATUSES}" if examples else STATUSES
    parser = verbs.add_parser(name, help=summary, description=f"{summary}.", epilog=epilog)
    parser.set_defaults(command=command)
    return parser


def add_socket(parser: Parser) -> None:
    parser.add_argument("--socket", type=Path, help="ask the server there instead of this process")


def add_jobs(parser: Parser) -> None:
    parser.add_argument(
        "-j",
        "--jobs",
        type=positive,
        default=os.cpu_count() or 1,
        help="how many at once; default: %(default)s",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="say only what failed")


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
