"""The grammar of options: one table from which text and JSON objects are read and written.

In text, options are separated by commas: `width=400,fit=cover,g=0.5x0.2`. As at Cloudflare, a name we do
not know is ignored, and so is a number that is none; a value out of range or an unknown word is an error.
When a name comes twice, the last one counts. In an object, which is written once and kept, every name and
every value must be right; options with dots in their names may be objects of their own there.

Overlays have numbers, in the order they are drawn in: `draw.1.image=logo,draw.2.text=Hello`. `draw.image` is
that of the first. In an object they are a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from apps.imaging.errors import OptionsError, printable
from apps.imaging.options import values
from apps.imaging.options.free_text import FreeText, escape
from apps.imaging.options.shorthands import Spread
from apps.imaging.options.table import OPTIONS, OVERLAY_OPTIONS, Option
from apps.imaging.recipe import Recipe
from apps.imaging.recipe.colour import Colour
from apps.imaging.recipe.overlay import MAX_OVERLAYS, Overlay
from apps.imaging.recipe.settings import write_value
from apps.imaging.recipe.trim import Length

MAX_TEXT_LENGTH = 2_048

_BY_NAME = {name: option for option in OPTIONS for name in (option.name, option.alias) if name}
_OF_OVERLAY = {name: option for option in OVERLAY_OPTIONS for name in (option.name, option.alias) if name}
_WITH_PARTS = {option.name.rpartition(".")[0] for option in OPTIONS}
_DRAWN = re.compile(r"draw\.(?:([1-9][0-9]?)\.)?(.+)", re.DOTALL)


def parse(text: str) -> Recipe:
    """Return the recipe an options text asks for; an empty text asks for nothing.

    Raises OptionsError with the position of the value at fault.
    """
    if len(text) > MAX_TEXT_LENGTH:
        raise _make_length_error(MAX_TEXT_LENGTH)
    settings: dict[str, Any] = {}
    overlays: dict[int, int | None] = {}
    for start, part in _split(text):
        name, _, value = part.partition("=")
        option, path = _find(name)
        if option is None:
            continue
        try:
            found = _read(option, path, value)
        except values.Unreadable:
            continue
        except values.BadValue as error:
            raise OptionsError(str(error), position=start + len(name) + 1) from None
        settings |= found
        for number in _list_numbers(found):
            overlays.setdefault(number, start)
    return _make(settings, overlays)


def find_ignored(text: str) -> list[str]:
    """Return parts of good options text that parse() passes over: unknown names, numbers that are none."""
    ignored = []
    for _, part in _split(text):
        name, _, value = part.partition("=")
        option, path = _find(name)
        try:
            if option is not None:
                _read(option, path, value)
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
        option, path = _find(name)
        if option is None:
            raise OptionsError(f"'{printable(name)}' is not an option")
        if value is None:
            continue
        try:
            settings |= _read(option, path, _as_text(option, value))
        except values.Unreadable:
            raise OptionsError(f"{path} has a value of the wrong type") from None
        except values.BadValue as error:
            raise OptionsError(str(error)) from None
    return _make(settings, dict.fromkeys(_list_numbers(settings)))


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
    if recipe.draw:
        mapping["draw"] = list(mapping["draw"].values())
    return mapping


def _find(name: str) -> tuple[Option | None, str]:
    """Return an option by any of its names, None if it is not one, and its full name."""
    prefix, own = _take_apart(name)
    option = (_OF_OVERLAY if prefix else _BY_NAME).get(own)
    return option, f"{prefix}{option.name}" if option else name


def _take_apart(name: str) -> tuple[str, str]:
    """Return what leads to an overlay, empty if nothing does, and the name of the option."""
    match = _DRAWN.fullmatch(name)
    return (f"draw.{match[1] or 1}.", match[2]) if match else ("", name)


def _read(option: Option, path: str, text: str) -> dict[str, object]:
    value = option.value.read(path, text)
    return value if isinstance(value, Spread) else {path: value}


def _list_numbers(settings: Mapping[str, object]) -> list[int]:
    """Return the numbers of the overlays that settings are about."""
    return [int(name.split(".")[1]) for name in settings if name.startswith("draw.")]


def _make(settings: Mapping[str, Any], overlays: Mapping[int, int | None]) -> Recipe:
    """Return the recipe; `overlays` has where each of them is first spoken of. Raises OptionsError."""
    if len(overlays) > MAX_OVERLAYS:
        position = list(overlays.values())[MAX_OVERLAYS]
        raise OptionsError(f"at most {MAX_OVERLAYS} overlays may be drawn", position=position)
    recipe = Recipe.from_settings(settings)
    for number, overlay in zip(sorted(overlays), recipe.draw, strict=True):
        fault = overlay.find_fault()
        if fault:
            raise OptionsError(f"draw.{number} {fault}", position=overlays[number])
    if recipe.draw and len(write(recipe)) > MAX_TEXT_LENGTH:  # no others come near
        raise _make_length_error(list(overlays.values())[-1])
    return recipe


def _make_length_error(position: int | None) -> OptionsError:
    return OptionsError(f"options may have at most {MAX_TEXT_LENGTH} characters", position=position)


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
        if name == "draw":
            yield from _flatten_overlays([] if value is None else value)
        elif isinstance(value, Mapping) and value and _take_apart(name)[1] in _WITH_PARTS:
            yield from _flatten(value, f"{name}.")
        else:
            yield name, value


def _flatten_overlays(overlays: object) -> Iterator[tuple[str, object]]:
    """Yield what a list of objects holds, or one object, as overlays."""
    listed = [overlays] if isinstance(overlays, Mapping) else overlays
    if not isinstance(listed, list) or not all(isinstance(each, Mapping) for each in listed):
        raise OptionsError("draw must be a list of objects")
    for number, each in enumerate(listed, 1):
        if all(value is None for value in each.values()):
            raise OptionsError(f"draw.{number} {Overlay().find_fault()}")
        yield from _flatten(each, f"draw.{number}.")


def _as_text(option: Option, value: object) -> str:
    """Return a JSON value as it would stand in options text. Raises Unreadable for one of the wrong type."""
    if isinstance(option.value, FreeText):
        if not isinstance(value, str):
            raise values.Unreadable
        return escape(value)
    return _write_json(value)


def _write_json(value: object) -> str:
    """Return a JSON value that is no free text; lists, most objects and NaN are Unreadable."""
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
    x, y = _write_json(point["x"]), _write_json(point["y"])
    mode = point.get("mode")
    return f"{x}x{y}" if mode is None else f"{x}x{y};{_write_json(mode)}"


def _as_json(value: object) -> object:
    if isinstance(value, Colour):
        return f"#{value}"
    if isinstance(value, Length):
        return value.number
    return value if isinstance(value, bool | int | float | str) else write_value(value)
