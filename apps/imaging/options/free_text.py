"""Free text: an option's value that may hold any character, such as an image's id.

In options text what is not plain is percent-encoded, a comma above all: `draw.text=Hello%2C%20world`. So a
link, which is percent-encoded itself, has `%252C`; an object holds the text as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from apps.imaging.errors import printable
from apps.imaging.options.values import BadValue
from apps.imaging.recipe.signs import find_missing

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class FreeText:
    """Text of 1 to `max_length` characters, without controls.

    If it `is_drawn`, each has a sign in the font, and line breaks are allowed; a form's, which are two
    characters, become one.
    """

    max_length: int
    is_drawn: bool = False

    def read(self, name: str, text: str) -> str:
        if _BROKEN_ESCAPE.search(text):
            raise BadValue(f"{name} must have two hexadecimal digits after %, which itself is %25")
        try:
            found = unquote_to_bytes(text).decode("utf-8")
        except UnicodeError:
            raise BadValue(f"{name} must be UTF-8") from None
        if self.is_drawn:
            found = found.replace("\r\n", "\n")
        if not 1 <= len(found) <= self.max_length:
            raise BadValue(f"{name} must have 1 to {self.max_length} characters")
        if _CONTROL.search(found.replace("\n", "") if self.is_drawn else found):
            but = " but line breaks (%0A)" if self.is_drawn else ""
            raise BadValue(f"{name} must not have control characters{but}")
        if self.is_drawn:
            _check_signs(name, found)
        return found


def _check_signs(name: str, text: str) -> None:
    missing = find_missing(text)
    if missing is not None:
        character, place = missing
        sign = f"'{printable(character)}' (U+{ord(character):04X})"
        raise BadValue(f"{name}: the font has no sign for {sign}, which is character {place}")


def escape(text: str) -> str:
    """Return any text as options text has it."""
    return quote(text, safe="", errors="surrogatepass")
