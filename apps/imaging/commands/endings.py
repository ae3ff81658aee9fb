"""How a command ends: its exit status, and the one line that says what went wrong with a file."""

from __future__ import annotations

import sys
from enum import IntEnum

from apps.imaging.errors import OptionsError, RendererUnavailable

PROGRAM = "images-render"


class Ending(IntEnum):
    """The exit statuses, as `--help` lists them."""

    DONE = 0
    SOME_FAILED = 1
    WRONG_USAGE = 2
    NO_RENDERER = 3
    INTERRUPTED = 130


STATUSES = """\
exit status:
  0    all went well
  1    some pictures failed, or the cage has holes (doctor)
  2    the command line is wrong
  3    nobody listens at --socket
  130  interrupted from the keyboard"""


class UsageError(Exception):
    """The command line is wrong; the message is a sentence."""


def tell(name: str, sentence: str) -> str:
    """Return the line about a file, without its end."""
    return f"{PROGRAM}: {name}: {sentence}" if name else f"{PROGRAM}: {sentence}"


def complain(name: str, sentence: str) -> None:
    print(tell(name, sentence), file=sys.stderr)


def describe(error: Exception) -> str:
    """Return an error as one line for people."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, OptionsError) and error.position is not None:
        return f"{error} (at character {error.position + 1})"
    return " ".join(str(error).split()) or type(error).__name__


def judge(error: Exception) -> Ending:
    """Return the status an error ends with."""
    if isinstance(error, RendererUnavailable):
        return Ending.NO_RENDERER
    return Ending.WRONG_USAGE if isinstance(error, UsageError | OptionsError) else Ending.SOME_FAILED
