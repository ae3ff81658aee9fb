"""`info`: what pictures are, as JSON, after decoding all of each."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from enum import Enum
from typing import Any, BinaryIO

from apps.imaging.commands.arguments import Parser, add_socket, add_verb
from apps.imaging.commands.endings import Ending, complain, describe, judge
from apps.imaging.commands.inputs import Input, find_inputs
from apps.imaging.commands.workbench import Workbench, open_workbench
from apps.imaging.errors import ImagingError
from apps.imaging.geometry.focus import UNKNOWN, Area
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.recipe.gravity import Gravity
from apps.imaging.source import SourceFormat, SourceInfo
from apps.imaging.subject import SUBJECT

_EXAMPLES = """\
  images-render info photo.jpg
  images-render info --focus photo.jpg      where g=auto and g=face cut, in shares of the sides
  images-render info pictures/ | jq -r 'select(.orientation > 1).file'
  images-render info --placeholder photo.jpg | jq -r .placeholder
  curl -s https://example.com/photo.jpg | images-render info -"""

# Finds out more about a picture than its facts: JSON values by name.
Teller = Callable[[BinaryIO, SourceInfo, Workbench], dict[str, Any]]


def add_info(verbs: argparse._SubParsersAction[Parser]) -> None:
    summary = "Say what pictures are, as JSON, after decoding all of each"
    parser = add_verb(verbs, "info", summary, run_info, examples=_EXAMPLES)
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="a file, a folder, a pattern, or - for stdin"
    )
    parser.add_argument(
        "--placeholder",
        action="store_true",
        help="tell a thumbhash and the dominant colour too, null for a drawing",
    )
    parser.add_argument(
        "--focus", action="store_true", help="tell where the subject is too, null for a drawing"
    )
    add_socket(parser)


def run_info(parsed: argparse.Namespace) -> int:
    """Print one object: indented for one picture, else a line for each."""
    inputs = find_inputs(parsed.files)
    workbench = open_workbench(parsed.socket)
    wanted = [
        tell for is_wanted, tell in ((parsed.placeholder, _sketch), (parsed.focus, _focus)) if is_wanted
    ]
    endings = {_show(each, workbench, wanted, is_pretty=len(inputs) == 1) for each in inputs}
    return max(endings)


def _show(picture: Input, workbench: Workbench, wanted: Sequence[Teller], *, is_pretty: bool) -> Ending:
    try:
        with picture.open() as source:
            info = workbench.inspect(source)
            facts = as_json(picture.name, info)
            for tell in wanted:
                source.seek(0)
                facts |= tell(source, info, workbench)
    except (ImagingError, OSError) as error:
        complain(picture.name, describe(error))
        return judge(error)
    print(json.dumps(facts, indent=2 if is_pretty else None, ensure_ascii=False))
    return Ending.DONE


def _sketch(source: BinaryIO, info: SourceInfo, workbench: Workbench) -> dict[str, Any]:
    if info.format is SourceFormat.SVG:  # has no pixels
        return {"placeholder": None, "dominant_color": None}
    rendered = workbench.render(source, Recipe(), OutputFormat.PLACEHOLDER, Generation.QUICK)
    told = json.loads(rendered.data)
    return {name: told[name] for name in ("placeholder", "dominant_color")}


def _focus(source: BinaryIO, info: SourceInfo, workbench: Workbench) -> dict[str, Any]:
    if info.format is SourceFormat.SVG:  # is never cut
        return {"focus": None}
    found = workbench.render(source, SUBJECT, OutputFormat.PNG, Generation.QUICK).found or UNKNOWN
    values: dict[str, Any] = {} if found.eye is None else {"eye": _as_shares(found.eye)[:2]}
    if found.faces is not None:
        values["faces"] = [_as_shares(face) for face in found.faces]
    return {"focus": values}


def _as_shares(area: Area) -> list[float]:
    return [length / Gravity.SCALE for length in (area.left, area.top, area.width, area.height)]


def as_json(name: str, info: SourceInfo) -> dict[str, Any]:
    """Return the facts as JSON values; `oriented_size` is width and height as a viewer sees them."""
    values = {entry.name: getattr(info, entry.name) for entry in fields(info)}
    plain = {name: value.value if isinstance(value, Enum) else value for name, value in values.items()}
    return {"file": name, **plain, "oriented_size": list(info.oriented_size)}
