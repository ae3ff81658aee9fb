"""Free text: an option's value that may hold any character, such as an image's id.

In options text what is not plain is percent-encoded, a comma above all: `draw.text=Hello%2C%20world`. So a
link, which is percent-encoded itself, has `%252C`; an object holds the text as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from apps.imaging.options.values import BadValue

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class FreeText:
    """Text of 1 to `max_length` characters, without controls; line breaks only if `has_lines`.

    A form's line breaks, which are two characters, become one.
    """

    max_length: int
    has_lines: bool = False

    def read(self, name: str, text: str) -> str:
        if _BROKEN_ESCAPE.search(text):
            raise BadValue(f"{name} must have two hexadecimal digits after %, which itself is %25")
        try:
            found = unquote_to_bytes(text).decode("utf-8")
        except UnicodeError:
            raise BadValue(f"{name} must be UTF-8") from None
        if self.has_lines:
            found = found.replace("\r\n", "\n")
        if not 1 <= len(found) <= self.max_length:
            raise BadValue(f"{name} must have 1 to {self.max_length} characters")
        if _CONTROL.search(found.replace("\n", "") if self.has_lines else found):
            but = " but line breaks (%0A)" if self.has_lines else ""
            raise BadValue(f"{name} must not have control characters{but}")
        return found


def escape(text: str) -> str:
    """Return any text as options text has it."""
    return quote(text, safe="", errors="surrogatepass")
