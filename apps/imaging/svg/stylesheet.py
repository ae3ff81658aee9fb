"""Stylesheets: rules, declarations and single values, each kept whole when all its tokens are allowed."""

from __future__ import annotations

from typing import NamedTuple

from apps.imaging.svg.names import PROPERTIES
from apps.imaging.svg.tokens import Kind, Token, read_tokens

_VALUE_MARKS = frozenset(",+*/!()")
_PRELUDE_MARKS = frozenset(",>+~*:=[]()|^$/")
_NO_MARKS: frozenset[str] = frozenset()
_CLOSING = {"(": ")", "[": "]"}
_MAX_GROUPS = 3


def filter_stylesheet(text: str) -> str:
    """Return the rules of a `style` element that are allowed: of those, the declarations that are."""
    return _Reader(text).rules()


def filter_declarations(text: str) -> str | None:
    """Return the declarations of a `style` attribute that are allowed; None if there are none."""
    return _Reader(text).declarations() or None


def filter_value(text: str) -> str | None:
    """Return a property's value in one spelling; None if anything in it is not allowed."""
    return _Reader(text).all(_VALUE_MARKS)


def filter_media(text: str) -> str | None:
    """Return a media query in one spelling; None if anything in it is not allowed."""
    return _Reader(text).all(_PRELUDE_MARKS)


class _Part(NamedTuple):
    """Tokens up to a mark that ends them: `end`, or nothing at the text's end."""

    text: str
    is_sound: bool
    end: str


class _Reader:
    """One pass over the tokens of a style's text."""

    def __init__(self, text: str) -> None:
        self._tokens = read_tokens(text)

    def all(self, marks: frozenset[str]) -> str | None:
        part = self._take("", marks)
        return part.text if part.is_sound and not part.end and part.text else None

    def rules(self, depth: int = 0) -> str:
        """Return what is allowed of the rules up to the end of the group they are in."""
        kept: list[str] = []
        while True:
            prelude = self._take("{;", _PRELUDE_MARKS)
            if not prelude.end or (prelude.end == "}" and depth):
                return "".join(kept)
            if prelude.end != "{":
                continue
            is_group = prelude.text.startswith("@")
            if is_group and not (prelude.is_sound and depth < _MAX_GROUPS):
                self._skip_block()
                continue
            body = self.rules(depth + 1) if is_group else self.declarations()
            if body and prelude.text and prelude.is_sound:
                kept.append(f"{prelude.text}{{{body}}}")

    def declarations(self) -> str:
        """Return what is allowed of the declarations up to the end of the block they are in."""
        kept: list[str] = []
        end = ";"
        while end == ";":
            name = self._take(":;", _NO_MARKS)
            end = name.end
            if end != ":":
                continue
            value = self._take(";", _VALUE_MARKS)
            end = value.end
            name_text = name.text if name.text.startswith("--") else name.text.lower()
            is_known = name_text in PROPERTIES or name_text.startswith("--")
            if name.is_sound and is_known and value.is_sound and value.text:
                kept.append(f"{name_text}:{value.text}")
        return ";".join(kept)

    def _take(self, ends: str, marks: frozenset[str]) -> _Part:
        """Return the tokens up to one of `ends` outside of parentheses, or to a `}` anywhere."""
        kept: list[Token] = []
        awaited: list[str] = []
        is_sound = True
        for token in self._tokens:
            mark = token.text if token.kind is Kind.MARK else ""
            if mark == "}" or (mark and mark in ends and not awaited):
                return _Part(_join(kept), is_sound and not awaited, mark)
            if mark == "{":
                self._skip_block()
            elif token.kind is Kind.OPENING or mark in _CLOSING:
                awaited.append(_CLOSING[token.text[-1]])
            elif mark in (")", "]") and (not awaited or awaited.pop() != mark):
                is_sound = False
            if is_sound and token.is_allowed and (not mark or mark in marks):
                kept.append(token)
            else:
                is_sound = False
        return _Part(_join(kept), is_sound and not awaited, "")

    def _skip_block(self) -> None:
        """Go past the `}` that belongs to the `{` just read."""
        depth = 1
        for token in self._tokens:
            if token.kind is Kind.MARK:
                depth += (token.text == "{") - (token.text == "}")
            if depth == 0:
                return


def _join(tokens: list[Token]) -> str:
    """Return the text without the spaces and comments around it."""
    start, end = 0, len(tokens)
    while start < end and tokens[start].kind is Kind.SPACE:
        start += 1
    while end > start and tokens[end - 1].kind is Kind.SPACE:
        end -= 1
    return "".join(token.text for token in tokens[start:end])
