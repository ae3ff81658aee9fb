"""The grammar of options: one table from which text and JSON objects are read and written.

In text, options are separated by commas: `width=400,fit=cover,g=0.5x0.2`. As at Cloudflare, a name we do
not know is ignored, and so is a number that is none; a value out of range or an unknown word is an error.
When a name comes twice, the last one counts. In an object, which is written once and kept, every name and
every value must be right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.imaging import values
from apps.imaging.colour import Colour
from apps.imaging.errors import OptionsError
from apps.imaging.recipe import Fit, Flip, Metadata, Recipe, write_value

MAX_TEXT_LENGTH = 2_048
MAX_SIDE = 12_000


@dataclass(frozen=True, slots=True)
class Option:
    """One row: `name` is the Recipe's field and the canonical spelling; `summary` is one line for people."""

    name: str
    value: values.Value
    summary: str
    alias: str = ""


OPTIONS = (
    Option("width", values.WholeNumber(1, MAX_SIDE), "Width of the box, in pixels", "w"),
    Option("height", values.WholeNumber(1, MAX_SIDE), "Height of the box, in pixels", "h"),
    Option("fit", values.Choice(Fit), "How the picture meets the box"),
    Option("gravity", values.Towards(), "What to keep when cutting", "g"),
    Option("dpr", values.Decimal(0.1, 3), "Device pixels per pixel of width and height"),
    Option("quality", values.Quality(), "1 to 100, or low, medium-low, medium-high, high", "q"),
    Option("format", values.Format(), "Format of the result; auto goes by the Accept header", "f"),
    Option("anim", values.Flag(), "Whether an animation stays one; false takes its first frame"),
    Option("metadata", values.Choice(Metadata), "What EXIF, XMP and IPTC a JPEG keeps"),
    Option("background", values.Background(), "Colour under transparency and in padding"),
    Option("flip", values.Choice(Flip), "Mirror across: h, v, or both"),
    Option("rotate", values.Turn(), "Turn clockwise, after flip: 90, 180 or 270 degrees"),
    Option("blur", values.Decimal(0, 250), "Radius of a Gaussian blur"),
    Option("sharpen", values.Decimal(0, 10), "Strength of sharpening; 1 suits most pictures"),
)
_BY_NAME = {name: option for option in OPTIONS for name in (option.name, option.alias) if name}


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
            settings[option.name] = option.value.read(option.name, value)
        except values.Unreadable:
            continue
        except values.BadValue as error:
            raise OptionsError(str(error), position=start + len(name) + 1) from None
    return Recipe(**settings)


def write(recipe: Recipe) -> str:
    """Return the canonical options text: full names in order, defaults left out; parse() reads it back."""
    return ",".join(f"{name}={write_value(value)}" for name, value in recipe.settings().items())


def from_mapping(options: Mapping[str, Any]) -> Recipe:
    """Return the recipe an object of options asks for; None stands for an option that is not set.

    Raises OptionsError naming the option: unknown, of the wrong type, or with a value that cannot be.
    """
    settings: dict[str, Any] = {}
    for name, value in options.items():
        option = _BY_NAME.get(name)
        if option is None:
            raise OptionsError(f"'{str(name)[:40]}' is not an option")
        if value is None:
            continue
        try:
            settings[option.name] = option.value.read(option.name, _as_text(value))
        except values.Unreadable:
            raise OptionsError(f"{option.name} has a value of the wrong type") from None
        except values.BadValue as error:
            raise OptionsError(str(error)) from None
    return Recipe(**settings)


def to_mapping(recipe: Recipe) -> dict[str, Any]:
    """Return the settings as JSON values, defaults left out; from_mapping() reads them back."""
    return {name: _as_json(value) for name, value in recipe.settings().items()}


def _split(text: str) -> Iterator[tuple[int, str]]:
    """Yield each option with its position; a comma within parentheses belongs to a colour."""
    start = depth = 0
    for index, character in enumerate(text):
        if character == "," and depth == 0:
            yield start, text[start:index]
            start = index + 1
        depth += (character == "(") - (character == ")" and depth > 0)
    yield start, text[start:]


def _as_text(value: object) -> str:
    """Return a JSON scalar as it would stand in a URL. Raises Unreadable for an array, an object or NaN."""
    if isinstance(value, bool):
        return write_value(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**9 else "999999999"
    if isinstance(value, float):
        return f"{value:.9f}"
    if isinstance(value, str):
        return value.lower()  # Terraform sends enums in any case
    raise values.Unreadable


def _as_json(value: object) -> object:
    if isinstance(value, Colour):
        return f"#{value}"
    return value if isinstance(value, bool | int | float) else write_value(value)
