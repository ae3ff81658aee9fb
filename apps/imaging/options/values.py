"""The kinds of value an option can have: how each is read from text, and what it says when it cannot be.

A reader raises Unreadable for a text that is no value of its kind at all, which a URL ignores where a
number was meant (`width=abc` gives the full size, as seen in production), and BadValue for one that is out
of range or unknown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, Protocol, TypeVar

from apps.imaging.errors import printable
from apps.imaging.recipe import AutoWidth, FormatChoice
from apps.imaging.recipe.colour import Colour, parse_colour
from apps.imaging.recipe.gravity import SIDES, SOUGHT, Gravity, Mode
from apps.imaging.recipe.trim import Length

_NUMBER = re.compile(r"-?(\d{1,9}(\.\d{1,9})?|\.\d{1,9})", re.ASCII)
_POINT = re.compile(r"(\d{1,2}(?:\.\d{1,9})?|\.\d{1,9})x(\d{1,2}(?:\.\d{1,9})?|\.\d{1,9})", re.ASCII)


Word = TypeVar("Word", bound=Enum)


class Unreadable(Exception):
    """The text is no value of this kind."""


class BadValue(Exception):
    """The value is out of range or unknown; the message is a sentence for the user."""


class Value(Protocol):
    """Reads one option's value."""

    def read(self, name: str, text: str) -> object:
        """Return the value. Raises Unreadable or BadValue."""


@dataclass(frozen=True, slots=True)
class WholeNumber:
    minimum: int
    maximum: int

    def read(self, name: str, text: str) -> int:
        number = _read_number(text)
        if number != int(number):
            raise Unreadable
        _check_range(name, number, self.minimum, self.maximum)
        return int(number)


@dataclass(frozen=True, slots=True)
class Width:
    """Pixels, or `auto`."""

    maximum: int

    def read(self, name: str, text: str) -> int | AutoWidth:
        return AutoWidth.AUTO if text == "auto" else WholeNumber(1, self.maximum).read(name, text)


@dataclass(frozen=True, slots=True)
class Widths:
    """Up to 20 widths in pixels, separated by semicolons; their order does not matter."""

    maximum: int

    def read(self, name: str, text: str) -> tuple[int, ...]:
        texts = text.split(";")
        if len(texts) > 20:
            raise BadValue(f"{name} may have at most 20 widths")
        return tuple(sorted({WholeNumber(1, self.maximum).read(name, each) for each in texts}))


@dataclass(frozen=True, slots=True)
class Decimal:
    """Kept to two decimals, so that its text is exact."""

    minimum: float
    maximum: float

    def read(self, name: str, text: str) -> float:
        number = _read_number(text)
        _check_range(name, number, self.minimum, self.maximum)
        return round(number, 2)


@dataclass(frozen=True, slots=True)
class Factor:
    """Up to 255; where `is_zero_ignored`, 0 is 1: it changes nothing."""

    is_zero_ignored: bool = True

    def read(self, name: str, text: str) -> float:
        factor = Decimal(0, 255).read(name, text)
        return 1.0 if factor == 0 and self.is_zero_ignored else factor


@dataclass(frozen=True, slots=True)
class Quality:
    """1 to 100, or a level; the numbers of the levels are those of Cloudflare's own emulator."""

    levels = {"low": 35, "medium-low": 50, "medium-high": 70, "high": 90}

    def read(self, name: str, text: str) -> int:
        if text in self.levels:
            return self.levels[text]
        return WholeNumber(1, 100).read(name, text)


@dataclass(frozen=True, slots=True)
class Choice(Generic[Word]):
    kind: type[Word]

    def read(self, name: str, text: str) -> Word:
        try:
            return self.kind(text)
        except ValueError:
            raise BadValue(refuse(text, name, [str(member.value) for member in self.kind])) from None


@dataclass(frozen=True, slots=True)
class Format:
    """The sentence for an unknown one is the original's, word for word."""

    def read(self, name: str, text: str) -> FormatChoice:
        try:
            if (
                text == "png-force"
            ):  # the original chooses between JPEG and PNG itself, and we do as we are told
                return FormatChoice.PNG
            return FormatChoice(text)
        except ValueError:
            raise BadValue(refuse(text, "output format", ["jpeg", "webp", "avif", "json"])) from None


@dataclass(frozen=True, slots=True)
class Flag:
    def read(self, name: str, text: str) -> bool:
        if text not in ("true", "false"):
            raise BadValue(refuse(text, name, ["true", "false"]))
        return text == "true"


@dataclass(frozen=True, slots=True)
class Turn:
    """Quarter turns, clockwise; a whole turn is none."""

    def read(self, name: str, text: str) -> int:
        number = _read_number(text)
        if number not in (0, 90, 180, 270, 360):
            raise BadValue(f"{name} must be 90, 180, or 270")
        return int(number) % 360


@dataclass(frozen=True, slots=True)
class Paint:
    def read(self, name: str, text: str) -> Colour:
        colour = parse_colour(text)
        if colour is None:
            raise BadValue(f"'{printable(text)}' is not a colour")
        return colour


@dataclass(frozen=True, slots=True)
class Towards:
    """Gravity: a side, what to seek, or `XxY` with shares from 0 to 1, after which a mode may follow."""

    def read(self, name: str, text: str) -> Gravity:
        known = SOUGHT.get(text) or SIDES.get(text)
        if known is not None:
            return known
        point, has_mode, mode = text.partition(";")
        match = _POINT.fullmatch(point)
        if match is None:
            raise BadValue(refuse(text, name, [*SOUGHT, *SIDES, "0.5x0.5"]))
        x, y = (float(share) for share in match.groups())
        _check_range(f"{name} x", x, 0, 1)
        _check_range(f"{name} y", y, 0, 1)
        chosen = Choice(Mode).read(f"{name} mode", mode) if has_mode else Mode.REMAINDER
        return Gravity(round(x * Gravity.SCALE), round(y * Gravity.SCALE), chosen)


@dataclass(frozen=True, slots=True)
class Lengths:
    """Whole pixels; or, with a decimal point, a share from 0 to 1."""

    def read(self, name: str, text: str) -> Length:
        number = _read_number(text)
        if "." in text and 0 <= number <= 1:
            return Length(round(number * Length.SCALE), is_share=number > 0)
        if number < 0 or number != int(number):
            raise BadValue(f"{name} must be whole pixels, or a share between 0 and 1")
        return Length(int(number))


@dataclass(frozen=True, slots=True)
class Side:
    """Whole pixels, at least one; or, with a decimal point, a share from 0 to 1."""

    maximum: int

    def read(self, name: str, text: str) -> Length:
        length = Lengths().read(name, text)
        if not 1 <= length.amount <= (Length.SCALE if length.is_share else self.maximum):
            raise BadValue(f"{name} must be between 1 and {self.maximum} pixels, or a share between 0 and 1")
        return length


def _read_number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise Unreadable
    return float(text)


def _check_range(name: str, number: float, minimum: float, maximum: float) -> None:
    if not minimum <= number <= maximum:
        raise BadValue(f"{name} must be between {minimum:.9g} and {maximum:.9g}")


def refuse(text: str, noun: str, allowed: Sequence[str]) -> str:
    """Return the sentence for an unknown word, in the manner of the original's for formats."""
    *others, last = [f"'{word}'" for word in allowed if word]
    words = f"{', '.join(others)}{',' * (len(others) > 1)} or {last}" if others else last
    return f"'{printable(text)}' is not a supported {noun}. Use {words}"
