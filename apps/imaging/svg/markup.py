"""Markup: the text of an SVG document, written element by element in one deterministic spelling."""

from __future__ import annotations

from collections.abc import Mapping

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
# What a reader would change or take for markup; a raw line break within an attribute is read as a space.
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_ATTRIBUTE = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\t": "&#9;",
        "\n": "&#10;",
        "\r": "&#13;",
    }
)


class Markup:
    """Collects a document whose root is the first element begun."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._open: list[str] = []
        self._is_in_tag = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        self._close_tag()
        declared = "" if self._open else f' xmlns="{SVG_NAMESPACE}"'
        written = "".join(f' {key}="{value.translate(_IN_ATTRIBUTE)}"' for key, value in attributes.items())
        self._pieces.append(f"<{name}{declared}{written}")
        self._open.append(name)
        self._is_in_tag = True

    def end(self) -> None:
        name = self._open.pop()
        self._pieces.append("/>" if self._is_in_tag else f"</{name}>")
        self._is_in_tag = False

    def text(self, text: str) -> None:
        self._close_tag()
        self._pieces.append(text.translate(_IN_TEXT))

    def to_bytes(self) -> bytes:
        """Return all of it in UTF-8."""
        return "".join(self._pieces).encode()

    def _close_tag(self) -> None:
        if self._is_in_tag:
            self._pieces.append(">")
            self._is_in_tag = False
