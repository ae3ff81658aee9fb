"""The grammar of options: one table from which text and JSON objects are read and written.

In text, options are separated by commas: `width=400,fit=cover,g=0.5x0.2`. As at Cloudflare, a name we do
not know is ignored, and so is a number that is none; a value out of range or an unknown word is an error.
When a name comes twice, the last one counts. In an object, which is written once and kept, every name and
every value must be right; options with dots in their names may be objects of their own there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from apps.imaging import values
from apps.imaging.colour import Colour
from apps.imaging.errors import OptionsError
from apps.imaging.options import OPTIONS, Option
from apps.imaging.recipe import Recipe
from apps.imaging.settings import write_value
from apps.imaging.shorthands import Spread
from apps.imaging.trim import Length

MAX_TEXT_LENGTH = 2_048

_BY_NAME = {name: option for option in OPTIONS for name in (option.name, option.alias) if name}
_WITH_PARTS = {option.name.rpartition(".")[0] for option in OPTIONS}


def parse(text: str) -> Recipe:
    """Return the recipe an options text asks for; an empty text asks for nothing.

    Raises OptionsError with the position of the value at fault.
    """
    if len(text) > MAX_TEXT_LENGTH:
        raise OptionsError(f"options may have at most {MAX_TEXT_LENGTH} characters", position=MAX_TEXT_LENGTH)
    settings: dict[str, Any] = {}
    for start, part in _split(text):
        name, _, value = part.partition("=")
        option = _BY_NAME.get(name)
        if option is None:
            continue
        try:
            settings |= _read(option, value)
        except values.Unreadable:
            continue
        except values.BadValue as error:
            raise OptionsError(str(error), position=start + len(name) + 1) from None
    return Recipe.from_settings(settings)


def find_ignored(text: str) -> list[str]:
    """Return parts of good options text that parse() passes over: unknown names, numbers that are none."""
    ignored = []
    for _, part in _split(text):
        name, _, value = part.partition("=")
        option = _BY_NAME.get(name)
        try:
            if option is not None:
                _read(option, value)
        except values.Unreadable:
            option = None
        if option is None and part:
            ignored.append(part)
    return ignored


def write(recipe: Recipe) -> str:
    """Return the canonical options text: full names in order, defaults left out; parse() reads it back."""
    return ",".join(f"{name}={write_value(value)}" for name, value in recipe.settings().items())


def from_mapping(options: Mapping[str, Any]) -> Recipe:
    """Return the recipe an object of options asks for; None stands for an option that is not set.

    Raises OptionsError naming the option: unknown, of the wrong type, or with a value that cannot be.
    """
    settings: dict[str, Any] = {}
    for name, value in _flatten(options):
        option = _BY_NAME.get(name)
        if option is None:
            raise OptionsError(f"'{name[:40]}' is not an option")
        if value is None:
            continue
        try:
            settings |= _read(option, _as_text(value))
        except values.Unreadable:
            raise OptionsError(f"{option.name} has a value of the wrong type") from None
        except values.BadValue as error:
            raise OptionsError(str(error)) from None
    return Recipe.from_settings(settings)


def to_mapping(recipe: Recipe) -> dict[str, Any]:
    """Return the settings as JSON values, defaults left out; from_mapping() reads them back."""
    mapping: dict[str, Any] = {}
    for name, value in recipe.settings().items():
        *path, last = name.split(".")
        place = mapping
        for part in path:
            if not isinstance(place.get(part), dict):  # nothing so far, or the `true` that its parts imply
                place[part] = {}
            place = place[part]
        place[last] = _as_json(value)
    return mapping


def _read(option: Option, text: str) -> dict[str, object]:
    value = option.value.read(option.name, text)
    return value if isinstance(value, Spread) else {option.name: value}


def _split(text: str) -> Iterator[tuple[int, str]]:
    """Yield each option with its position; a comma within parentheses belongs to a colour."""
    start = depth = 0
    for index, character in enumerate(text):
        if character == "," and depth == 0:
            yield start, text[start:index]
            start = index + 1
        depth += (character == "(") - (character == ")" and depth > 0)
    yield start, text[start:]


def _flatten(options: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield what an object and the objects in it hold, by dotted names."""
    for key, value in options.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value and name in _WITH_PARTS:
            yield from _flatten(value, f"{name}.")
        else:
            yield name, value


def _as_text(value: object) -> str:
    """Return a JSON value as it would stand in a URL. Raises Unreadable for lists, most objects and NaN."""
    if isinstance(value, bool):
        return write_value(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**9 else "999999999"
    if isinstance(value, float):
        return f"{value:.9f}"
    if isinstance(value, str):
        return value.lower()  # Terraform sends enums in any case
    if isinstance(value, Mapping) and {"x", "y"} <= set(value) <= {"x", "y", "mode"}:
        return _join_point(value)
    raise values.Unreadable


def _join_point(point: Mapping[str, Any]) -> str:
    """Return a gravity's object as text."""
    x, y = _as_text(point["x"]), _as_text(point["y"])
    mode = point.get("mode")
    return f"{x}x{y}" if mode is None else f"{x}x{y};{_as_text(mode)}"


def _as_json(value: object) -> object:
    if isinstance(value, Colour):
        return f"#{value}"
    if isinstance(value, Length):
        return value.number
    return value if isinstance(value, bool | int | float) else write_value(value)
