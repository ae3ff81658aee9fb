"""The command `images-render`: looks at pictures, makes, shrinks and times them, serves, checks the cage."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from apps.imaging.commands.arguments import Parser
from apps.imaging.commands.bench import add_bench
from apps.imaging.commands.doctor import add_doctor
from apps.imaging.commands.endings import PROGRAM, STATUSES, Ending, UsageError, complain, describe, judge
from apps.imaging.commands.explain import add_explain
from apps.imaging.commands.info import add_info
from apps.imaging.commands.optimise import add_optimise
from apps.imaging.commands.render import add_render
from apps.imaging.commands.serve import add_serve
from apps.imaging.errors import ImagingError
from apps.imaging.renderer.server import ServeError

_VERBS = (add_info, add_render, add_explain, add_optimise, add_bench, add_serve, add_doctor)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parsed = make_parser().parse_args(arguments)
    try:
        return int(parsed.command(parsed))
    except BrokenPipeError:  # who read us has enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Ending.SOME_FAILED
    except (ImagingError, ServeError, UsageError, OSError) as error:
        complain("", describe(error))
        return judge(error)
    except KeyboardInterrupt:
        return Ending.INTERRUPTED


def make_parser() -> Parser:
    """Return the parser of all verbs."""
    parser = Parser(
        prog=PROGRAM,
        description="Look at pictures, make and shrink them.",
        epilog=f"Each verb has examples: {PROGRAM} render --help\n\n{STATUSES}",
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB", parser_class=Parser)
    for add in _VERBS:
        add(verbs)
    return parser
