"""Signs: the characters a text may be drawn with, which are those that our font can set.

A text with any other is refused when it is read, by everyone who reads options, and not only where the font
is: whoever makes a watermark learns it before their visitors do. The font is Noto Sans (pixels/font.py), less
what needs more than one sign after another: controls, and scripts whose letters change with their neighbours.
"""

from __future__ import annotations

import unicodedata

# Code points; tests/imaging/test_signs.py reads them out of the font's own table.
_RANGES = """
0020-007E 00A0-00AC 00AE-0377 037A-037F 0384-038A 038C 038E-03A1 03A3-03E1 03F0-052F 10FB
1AB0-1AC0 1AC5 1AC7-1ACE 1C80-1C88 1D00-1DF9 1DFB-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57
1F59 1F5B 1F5D 1F5F-1F7D 1F80-1FB4 1FB6-1FC4 1FC6-1FD3 1FD6-1FDB 1FDD-1FEF 1FF2-1FF4 1FF6-1FFE
2000-200A 2010-2027 202F-205F 2070-2071 2074-208E 2090-209C 20A0-20C0 20F0 2100-215F 2183-2184
2189 2212 25CC 2C60-2C7F 2DE0-2E5D A640-A69F A700-A7CA A7D0-A7D1 A7D3 A7D5-A7D9 A7F2-A7FF A92E
AB30-AB6B FB00-FB06 FE00 FE20-FE2F FFFC-FFFD 10780-10785 10787-107B0 107B2-107BA 1DF00-1DF1E
"""


def _read_ranges() -> frozenset[str]:
    ends = ([int(end, 16) for end in word.split("-")] for word in _RANGES.split())
    return frozenset(chr(point) for first, *last in ends for point in range(first, (last or [first])[0] + 1))


SIGNS = _read_ranges()


def compose(text: str) -> str:
    """Return a text as it is set: one sign for a letter with its accents, where there is one.

    Marks of their own are set less well.
    """
    return unicodedata.normalize("NFC", text)


def find_missing(text: str) -> tuple[str, int] | None:
    """Return the first character there is no sign for and its place, from 1, line breaks aside; else None.

    Letters count with their accents, as a reader counts them.
    """
    for place, character in enumerate(compose(text), 1):
        if character not in SIGNS and character != "\n":
            return character, place
    return None
