"""Signs are known without the font, and are those that the font has."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from importlib import resources

import pytest

from apps.imaging.errors import OptionsError
from apps.imaging.options.free_text import escape
from apps.imaging.options.grammar import from_mapping, parse
from apps.imaging.pixels.font import open_font
from apps.imaging.recipe.signs import SIGNS, find_missing

_UNICODE_TABLE = (3, 10)  # platform and encoding of the table with all characters
# Devanagari's signs change with their neighbours, which the basic layout knows nothing of.
_SHAPED = (range(0x0900, 0x0980), range(0x1CD0, 0x1D00), range(0xA8E0, 0xA900), range(0x11B00, 0x11B60))


def test_it_works() -> None:
    assert set("Straße, ŁÓDŹ, Ωμέγα, Привет, Việt Nam – €1’000 “©”") <= SIGNS
    assert find_missing("Olive\nMax") is None
    assert find_missing("Hello 世界") == ("世", 7)
    assert parse("draw.text=Ol%C3%ADve").draw[0].text == "Olíve"


@pytest.mark.parametrize(
    ("text", "sign", "place"),
    [
        ("Hello 世界", "'世' (U+4E16)", 7),
        ("مرحبا", "'م' (U+0645)", 1),
        ("नमस्ते", "'न' (U+0928)", 1),
        ("a\u202eb", "'?' (U+202E)", 2),
        ("a\nb\N{GRINNING FACE}", "'\N{GRINNING FACE}' (U+1F600)", 4),
        ("A\u0308\N{SNOWMAN}", "'\N{SNOWMAN}' (U+2603)", 2),
    ],
)
def test_what_the_font_lacks_is_named_with_its_place(text: str, sign: str, place: int) -> None:
    sentence = f"draw.2.text: the font has no sign for {sign}, which is character {place}"
    with pytest.raises(OptionsError) as caught:
        parse(f"draw.1.text=x,draw.2.text={escape(text)}")
    assert str(caught.value) == sentence
    assert caught.value.position == len("draw.1.text=x,draw.2.text=")
    with pytest.raises(OptionsError) as caught:
        from_mapping({"draw": [{"text": "x"}, {"text": text}]})
    assert str(caught.value) == sentence


def test_an_image_s_id_may_be_in_any_script() -> None:
    assert parse(f"draw.image={escape('世界')}").draw[0].image == "世界"


def test_the_table_is_the_font_s() -> None:
    data = (resources.files("fontpkg_noto_sans") / "files" / "NotoSans[wdth,wght].ttf").read_bytes()
    points = {point for point in read_characters(data) if is_set_by_itself(point)}
    assert sorted(map(ord, SIGNS)) == sorted(points)


def test_all_that_is_said_to_be_there_is_there() -> None:
    """Each character has ink unless it is a space, and none looks like the box for what is missing."""
    font = open_font(Fraction(20), 400)
    missing = bytes(font.getmask("\U0010ffff"))
    blank = {sign for sign in SIGNS if not font.getmask(sign).getbbox()}
    assert len(SIGNS) > 2_500
    assert {unicodedata.category(sign) for sign in blank - {"\N{VARIATION SELECTOR-1}"}} == {"Zs"}
    assert [sign for sign in SIGNS - blank if bytes(font.getmask(sign)) == missing] == []


def read_characters(data: bytes) -> Iterator[int]:
    """Yield the code points a font has signs for.

    https://learn.microsoft.com/en-us/typography/opentype/spec/cmap#format-12-segmented-coverage
    """
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {tag: start for tag, _, start, _ in struct.iter_unpack(">4sIII", data[12 : 12 + 16 * count])}
    start = tables[b"cmap"]
    (count,) = struct.unpack_from(">H", data, start + 2)
    rows = struct.iter_unpack(">HHI", data[start + 4 : start + 4 + 8 * count])
    start += next(offset for *kind, offset in rows if tuple(kind) == _UNICODE_TABLE)
    (count,) = struct.unpack_from(">I", data, start + 12)
    for first, last, _ in struct.iter_unpack(">III", data[start + 16 : start + 16 + 12 * count]):
        yield from range(first, last + 1)


def is_set_by_itself(point: int) -> bool:
    is_format = unicodedata.category(chr(point)) in ("Cc", "Cf", "Zl", "Zp")
    return not is_format and not any(point in shaped for shaped in _SHAPED)
