"""Tokens: a style's text in the pieces CSS sees, each judged; all that is written comes from these.

A backslash is never allowed: it spells any word so that only a CSS reader recognises it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from apps.imaging.svg.addresses import keep_address
from apps.imaging.svg.names import read_words


class Kind(Enum):
    """What a token means to the structure around it."""

    SPACE = "space"  # spaces or a comment
    TEXT = "text"
    OPENING = "opening"  # a function's name with its parenthesis
    MARK = "mark"  # one punctuation character


class Token(NamedTuple):
    """`text` is how it is written; one that is not allowed must not be."""

    kind: Kind
    text: str
    is_allowed: bool = True


# None takes an address, and none builds one out of strings.
_FUNCTIONS = read_words(
    """
    calc clamp max min var
    color hsl hsla hwb lab lch oklab oklch rgb rgba
    matrix matrix3d perspective rotate rotate3d rotatex rotatey rotatez scale scale3d scalex scaley scalez
    skew skewx skewy translate translate3d translatex translatey translatez
    blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia
    circle ellipse inset path polygon
    cubic-bezier linear steps
    linear-gradient radial-gradient conic-gradient
    is not where nth-child nth-last-child nth-of-type nth-last-of-type
    """
)
_AT_RULES = frozenset({"@media", "@keyframes", "@-webkit-keyframes"})

# Every character belongs to some token, and no alternative can give back what it took: one pass.
_TOKEN = re.compile(
    r"""
      (?P<comment> /\*(?:.*?\*/|.*) | <!-- | --> )
    | (?P<space> [ \t\n\r\f]++ )
    | (?P<string> "[^"\\\n\r\f]*+" | '[^'\\\n\r\f]*+' )
    | (?P<url> url\( [ \t\n\r\f]*+
        (?: "(?P<double>[^"\\\n\r\f]*+)" | '(?P<single>[^'\\\n\r\f]*+)' | (?P<bare>[^ \t\n\r\f"'()\\]*+) )
        [ \t\n\r\f]*+ \) )
    | (?P<function> [A-Za-z0-9_\-.#%\x80-\U0010ffff]++\( )
    | (?P<word> [A-Za-z0-9_\-.#%\x80-\U0010ffff]++ )
    | (?P<at> @[A-Za-z0-9_\-]++ )
    | (?P<mark> ;++ | [,:{}()\[\]>+~*=|^$/!] )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_MARKS = {mark: Token(Kind.MARK, mark) for mark in ",:;{}()[]>+~*=|^$/!"}
_SPACE = Token(Kind.SPACE, " ")
_COMMENT = Token(Kind.SPACE, "/**/")  # not nothing: `a/**/b` is two words


def read_tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a style's text; every character of it is in one."""
    for match in _TOKEN.finditer(text):
        found, group = match[0], match.lastgroup
        match group:
            case "mark":
                yield _MARKS[found[0]]
            case "space":
                yield _SPACE
            case "word" | "string":
                yield Token(Kind.TEXT, found)
            case "comment":
                yield _COMMENT
            case "function":
                yield Token(Kind.OPENING, found, found[:-1].lower() in _FUNCTIONS)
            case "at":
                yield Token(Kind.TEXT, found.lower(), found.lower() in _AT_RULES)
            case "other":
                yield Token(Kind.TEXT, found, is_allowed=False)
            case _:
                address = keep_address(match["double"] or match["single"] or match["bare"] or "")
                yield Token(Kind.TEXT, f"url({address})", address is not None)
