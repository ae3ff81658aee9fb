"""Names: where renditions go, by a pattern that each picture fills in."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from apps.imaging.commands.endings import UsageError
from apps.imaging.commands.inputs import Input
from apps.imaging.recipe import OutputFormat
from apps.imaging.rendered import Rendered

STDOUT = "-"
FIELDS = ("stem", "name", "path", "ext", "width", "height")
_FIELD = re.compile(r"\{(\w*)\}")
_ALSO_JPEG = (".jpg", ".jpeg", ".jpe")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A path with fields in braces.

    stem, name: of the picture's file, without its suffix and with it. path: below the folder it was found
    in, without the suffix. ext, width, height: the rendition's.
    """

    text: str

    @property
    def is_stdout(self) -> bool:
        return self.text == STDOUT

    @property
    def format(self) -> OutputFormat | None:
        """The format its suffix names; None when it has none, or leaves it open with {ext}."""
        suffix = Path(self.text).suffix.lower()
        if self.is_stdout or "{ext}" in suffix or not suffix:
            return None
        if suffix in _ALSO_JPEG:
            return OutputFormat.JPEG
        try:
            return OutputFormat(suffix[1:])
        except ValueError:
            raise UsageError(f"{suffix} is no format that can be written") from None

    def fill(self, picture: Input, rendered: Rendered) -> Path:
        values = {
            "ext": rendered.format.extension,
            "width": str(rendered.width),
            "height": str(rendered.height),
        }
        return Path(_fill(_fill(self.text, _name(picture)), values))


def read_pattern(text: str, pictures: Sequence[Input]) -> Pattern:
    """Return the pattern of an OUT, which may be a folder too.

    Raises UsageError for a field that does not exist, and when two pictures would go to the same place.
    """
    if text != STDOUT and (text.endswith(os.sep) or Path(text).is_dir()):
        text = str(Path(text, "{path}.{ext}"))
    unknown = set(_FIELD.findall(text)) - set(FIELDS)
    if unknown:
        known = ", ".join(f"{{{field}}}" for field in FIELDS)
        raise UsageError(f"{{{min(unknown)}}} is no field of OUT; there are {known}")
    taken: dict[str, Input] = {}
    for picture in pictures:
        first = taken.setdefault(_fill(text, _name(picture)), picture)
        if first is not picture:
            raise UsageError(
                f"{first.name} and {picture.name} would both go to {text}; "
                "{name} or {path} tells them apart"
            )
    return Pattern(text)


def _name(picture: Input) -> dict[str, str]:
    name = picture.name if picture.is_stdin else picture.path.name
    return {"stem": Path(name).stem, "name": name, "path": picture.branch}


def _fill(text: str, values: dict[str, str]) -> str:
    return _FIELD.sub(lambda match: values.get(match[1], match[0]), text)
