"""The sanitiser: reads an SVG document once, from the first byte to the last, and writes what is allowed.

expat calls for each element, in order and without recursion, so that neither nesting nor size can break it;
what it calls counts against Limits. Comments and processing instructions have no handler and vanish.
"""

from __future__ import annotations

from xml.parsers import expat

from apps.imaging.errors import DamagedImage, LimitExceeded, NotAnImage, TooLargeToProcess, TruncatedImage
from apps.imaging.limits import Limits
from apps.imaging.prolog import decode, find_root
from apps.imaging.svg.attributes import keep_attributes
from apps.imaging.svg.markup import SVG_NAMESPACE, Markup
from apps.imaging.svg.names import ELEMENTS, TEXT_ELEMENTS
from apps.imaging.svg.stylesheet import filter_stylesheet

_SEPARATOR = " "  # no namespace contains one: expat refuses it
_ENDS = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
)
_NO_MEMORY = expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]


def sanitize(data: bytes, limits: Limits) -> bytes:
    """Return a document that draws the same and does nothing else: UTF-8, deterministic, `<svg` first.

    sanitize(sanitize(x)) == sanitize(x). Raises NotAnImage when the root is no SVG element, UnsupportedFormat
    for entities and odd encodings, DamagedImage for what is not well-formed (TruncatedImage when its end is
    missing), LimitExceeded, TooLargeToProcess.
    """
    if len(data) > limits.max_svg_bytes:
        raise LimitExceeded("max_svg_bytes", len(data), limits.max_svg_bytes)
    try:
        text = decode(data)
        return _Sanitizer(limits).run(text[find_root(text) :])
    except MemoryError as error:
        raise TooLargeToProcess from error


class _Sanitizer:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._markup = Markup()
        self._elements = 0
        self._depth = 0
        self._dropped_at = 0  # the depth of the element that is being dropped with all that it holds
        self._style: list[str] | None = None
        self._style_length = 0
        self._style_attributes: dict[str, str] = {}
        self._holds_text: list[bool] = []  # for each kept element that is open

    def run(self, root: str) -> bytes:
        parser = expat.ParserCreate("utf-8", _SEPARATOR)
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(root, True)
        except expat.ExpatError as error:
            if error.code == _NO_MEMORY:
                raise TooLargeToProcess from error
            raise (TruncatedImage if error.code in _ENDS else DamagedImage)() from error
        return self._markup.to_bytes()

    def _begin(self, name: str, attributes: list[str]) -> None:
        self._elements += 1
        self._depth += 1
        self._check("max_svg_elements", self._elements)
        self._check("max_svg_depth", self._depth)
        self._check("max_svg_attributes", len(attributes) // 2)
        if self._dropped_at:
            return
        namespace, _, element = name.rpartition(_SEPARATOR)
        if self._depth == 1 and (namespace, element) != (SVG_NAMESPACE, "svg"):
            raise NotAnImage
        kept = None
        if namespace == SVG_NAMESPACE and element in ELEMENTS and self._style is None:
            pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
            self._count_style(sum(len(value) for key, value in pairs if key == "style"))
            kept = keep_attributes(element, pairs)
        if kept is None:
            self._dropped_at = self._depth
        elif element == "style":
            self._style, self._style_attributes = [], kept
        else:
            self._markup.begin(element, kept)
            holds_text = bool(self._holds_text) and self._holds_text[-1]
            self._holds_text.append(holds_text or element in TEXT_ELEMENTS)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._dropped_at:
            if self._depth < self._dropped_at:
                self._dropped_at = 0
        elif self._style is not None:
            self._write_style("".join(self._style))
            self._style = None
        else:
            self._markup.end()
            self._holds_text.pop()

    def _text(self, text: str) -> None:
        if self._dropped_at:
            return
        if self._style is not None:
            self._count_style(len(text))
            self._style.append(text)
        elif self._holds_text[-1]:
            self._markup.text(text)

    def _write_style(self, text: str) -> None:
        rules = filter_stylesheet(text)
        if rules:
            self._markup.begin("style", self._style_attributes)
            self._markup.text(rules)
            self._markup.end()

    def _count_style(self, length: int) -> None:
        self._style_length += length
        self._check("max_svg_style_length", self._style_length)

    def _check(self, limit: str, actual: int) -> None:
        allowed: int = getattr(self._limits, limit)
        if actual > allowed:
            raise LimitExceeded(limit, actual, allowed)
