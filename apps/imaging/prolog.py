"""Prolog: what stands before the root element of an XML file: its encoding, comments and document type.

We read it ourselves, so that the XML parser is given nothing but the root element. A parser that never sees
a document type knows no entity to expand, no file to fetch and no default attribute to add.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from apps.imaging.errors import DamagedImage, TruncatedImage, UnsupportedFormat

# (bytes, how to treat errors, whether nothing follows) -> (text, bytes used). The codecs' C functions:
# looking a codec up by its name would open a file, which a locked worker cannot.
_Decode = Callable[[bytes, str, bool], tuple[str, int]]


def _decode_latin_1(data: bytes, errors: str, is_whole: bool) -> tuple[str, int]:
    return codecs.latin_1_decode(data, errors)  # every byte is a character: nothing can be cut


# By what a file begins with; a byte order mark is not part of the text.
_BY_SIGNATURE: tuple[tuple[bytes, int, _Decode], ...] = (
    (codecs.BOM_UTF8, 3, codecs.utf_8_decode),
    (codecs.BOM_UTF16_LE, 2, codecs.utf_16_le_decode),
    (codecs.BOM_UTF16_BE, 2, codecs.utf_16_be_decode),
    (b"<\0", 0, codecs.utf_16_le_decode),
    (b"\0<", 0, codecs.utf_16_be_decode),
)
_BY_NAME: dict[str, _Decode] = {
    "utf-8": codecs.utf_8_decode,
    "utf8": codecs.utf_8_decode,
    "us-ascii": codecs.utf_8_decode,
    "ascii": codecs.utf_8_decode,
    "iso-8859-1": _decode_latin_1,
    "latin1": _decode_latin_1,
}
_DECLARED = re.compile(rb"\s*+<\?xml\s[^>]*?encoding\s*+=\s*+[\"']([^\"'>]*+)[\"']")
_DECLARATION_BYTES = 200
_DOCUMENT_TYPE = re.compile(
    r"<!DOCTYPE\s++(?:[\w.-]++:)?svg\b(?P<ids>(?:[^>\[\"']|\"[^\"]*+\"|'[^']*+')*+)(?P<end>[>\[])"
)
_STANDARD_IDS = re.compile(r"\s*+(?:PUBLIC\s++[\"']-//W3C//DTD SVG [^\"']*+[\"'].*+)?", re.DOTALL)
_ROOT = re.compile(r"<(?:[\w.-]++:)?svg[\s/>]")
_NOT_SPACE = re.compile(r"\S")


def decode(data: bytes, *, is_whole: bool = True) -> str:
    """Return the text of an XML file, or of the beginning of one, whose last character may be cut.

    Raises UnsupportedFormat for an encoding other than UTF-8, UTF-16 and ISO-8859-1, and DamagedImage for
    bytes that are not in the encoding they claim.
    """
    skipped, decoder = _find_decoder(data)
    try:
        return decoder(data[skipped:], "strict", is_whole)[0]
    except UnicodeError as error:
        raise DamagedImage("The SVG is not in the encoding it claims to be in") from error


def find_root(text: str) -> int:
    """Return where the root element begins; it is not looked at.

    Raises UnsupportedFormat for a document type that is not the standard's own, since it could declare
    entities, TruncatedImage when no element follows, and DamagedImage for anything else out of place.
    """
    position = _skip_spaces_and_comments(text, 0)
    if text.startswith("<!DOCTYPE", position):
        position = _skip_spaces_and_comments(text, _read_document_type(text, position))
    if text.startswith("<!", position):
        raise DamagedImage
    return position


def begins_svg(head: bytes) -> bool:
    """Whether the root element is called svg, if it begins within `head`."""
    found = (row[1:] for row in _BY_SIGNATURE if head.startswith(row[0]))
    skipped, decoder = next(found, (0, _decode_latin_1))
    # Only ASCII matters here, and the rest may be cut or wrong.
    text = decoder(head[skipped:], "replace", False)[0]
    try:
        position = _skip_spaces_and_comments(text, 0)
        match = _DOCUMENT_TYPE.match(text, position)
        if match and match["end"] == "[":
            return True  # to be refused by its name
        if match:
            position = _skip_spaces_and_comments(text, match.end())
    except TruncatedImage:
        return False
    return _ROOT.match(text, position) is not None


def _find_decoder(data: bytes) -> tuple[int, _Decode]:
    """Return how many bytes to skip, and what decodes the rest."""
    for signature, skipped, decoder in _BY_SIGNATURE:
        if data.startswith(signature):
            return skipped, decoder
    declared = _DECLARED.match(data[:_DECLARATION_BYTES])
    name = declared[1].decode("latin-1").lower() if declared else "utf-8"
    if name not in _BY_NAME:
        raise UnsupportedFormat("SVG (in an encoding other than UTF-8, UTF-16 or ISO-8859-1)")
    return 0, _BY_NAME[name]


def _skip_spaces_and_comments(text: str, position: int) -> int:
    """Return where something else than spaces, comments and processing instructions begins."""
    while True:
        begin = _NOT_SPACE.search(text, position)
        if begin is None:
            raise TruncatedImage
        position = begin.start()
        for opening, closing in (("<!--", "-->"), ("<?", "?>")):
            if text.startswith(opening, position):
                end = text.find(closing, position + len(opening))
                if end < 0:
                    raise TruncatedImage
                position = end + len(closing)
                break
        else:
            return position


def _read_document_type(text: str, position: int) -> int:
    """Return where a document type ends that names the standard's DTD, or none at all."""
    match = _DOCUMENT_TYPE.match(text, position)
    if match is None:
        raise DamagedImage
    if match["end"] == "[" or not _STANDARD_IDS.fullmatch(match["ids"]):
        raise UnsupportedFormat("SVG (with a document type of its own)")
    return match.end()
