"""`doctor`: try each forbidden thing, from inside the cage, and libvips' loaders; say what is installed."""

from __future__ import annotations

import argparse

from apps.imaging import cage
from apps.imaging.cage import environment
from apps.imaging.commands.arguments import Parser, add_socket, add_verb
from apps.imaging.commands.endings import Ending
from apps.imaging.faces.extra import is_installed
from apps.imaging.renderer.abilities import finds_faces
from apps.imaging.renderer.client import RendererClient
from apps.imaging.renderer.server import probe_in_child

_EXAMPLES = """\
  images-render doctor
  images-render doctor --socket /run/images/renderer.sock"""


def add_doctor(verbs: argparse._SubParsersAction[Parser]) -> None:
    summary = "Try each forbidden thing: from inside the cage, and libvips' loaders"
    add_socket(add_verb(verbs, "doctor", summary, run_doctor, examples=_EXAMPLES))


def run_doctor(parsed: argparse.Namespace) -> int:
    if parsed.socket is None and not environment.is_clean():
        environment.start_anew()
    from apps.imaging.pixels.loaders import find_open_loaders

    report = RendererClient(parsed.socket).probe() if parsed.socket else probe_in_child(cage.ResourceLimits())
    print(report.summarize())
    has_detector = finds_faces(parsed.socket) if parsed.socket else is_installed()
    print("faces are found" if has_detector else "no face detector: g=face is g=auto")
    for attempt in report.attempts:
        word = "refused" if attempt.is_refused else "POSSIBLE"
        print(f"  {word:8}  {attempt.name}  {attempt.errno}".rstrip())
    for name in report.foreign_variables:
        print(f"  VISIBLE   ${name}")
    open_loaders = find_open_loaders()
    for loader in open_loaders:
        print(f"  OPEN      {loader}")
    return Ending.DONE if report.is_in_force and not open_loaders else Ending.SOME_FAILED
