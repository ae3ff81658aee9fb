"""Texts are set in the font that comes along, and are overlays like any other from there on."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image, ImageDraw

from apps.imaging.errors import EmptyImage, LimitExceeded
from apps.imaging.limits import Limits
from apps.imaging.options.grammar import from_mapping, parse
from apps.imaging.pixels.font import open_font
from apps.imaging.pixels.lettering import letter
from apps.imaging.recipe import OutputFormat
from apps.imaging.recipe.overlay import Overlay
from apps.imaging.render import render
from tests import pictures
from tests.imaging.looking import look

WIDE, HIGH = 300, 120


def write(text: str, **options: object) -> Image.Image:
    """Return a text in black on white, as a grey picture."""
    return look(write_on(Image.new("L", (WIDE, HIGH), 255), text, **options))


def write_on(base: Image.Image, text: str, **options: object) -> bytes:
    recipe = from_mapping({"draw": [{"text": text, "left": 0, "top": 0} | options]})
    source = io.BytesIO(pictures.encode(base, "PNG"))
    return render(source, recipe, OutputFormat.PNG, limits=Limits()).data


def find_ink(picture: Image.Image) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of what is not white."""
    inked = np.argwhere(np.asarray(picture.convert("L")) < 250)
    (top, left), (bottom, right) = inked.min(axis=0), inked.max(axis=0) + 1
    return int(left), int(top), int(right), int(bottom)


def test_it_works() -> None:
    """As Pillow draws it by itself, on a line of the font's own height."""
    font = open_font(Fraction(40), 400)
    expected = Image.new("L", (WIDE, HIGH), 255)
    ImageDraw.Draw(expected).text((0, font.getmetrics()[0]), "Hello, Ärger", fill=0, font=font, anchor="ls")
    made = write("Hello, Ärger", size=40)
    assert made.mode == "L"
    assert np.abs(np.asarray(made, dtype=int) - np.asarray(expected, dtype=int)).max() <= 1


def test_the_picture_of_a_text() -> None:
    with Image.open(letter(Overlay(text="Ace", size=50), Fraction(1), Limits())) as short:
        assert short.mode == "LA"
    with Image.open(letter(Overlay(text="Ágj", size=50), Fraction(1), Limits())) as tall:
        assert tall.height == short.height == sum(open_font(Fraction(50), 400).getmetrics())
    with Image.open(letter(Overlay(text="Ace\nAce\n", size=50), Fraction(1), Limits())) as three:
        assert three.size == (short.width, 3 * short.height)


def test_size_colour_and_weight() -> None:
    """A capital is 0.714 em high in this font."""
    _, top, _, bottom = find_ink(write("H", size=100))
    assert bottom - top == pytest.approx(71.4, abs=1)
    inks = [255 - np.asarray(write("Hello", size=40, weight=weight)).mean() for weight in (100, 400, 900)]
    assert inks == sorted(inks)
    assert inks[2] > 2 * inks[0]
    card = look(write_on(Image.new("RGB", (WIDE, HIGH), "white"), "HHH", size=100, color="#ff000080"))
    reds, blues = (np.asarray(card)[..., band] for band in (0, 2))
    assert reds.min() == 255
    assert blues.min() == pytest.approx(255 - 128, abs=1)


def test_it_grows_with_dpr() -> None:
    recipe = parse("w=150,dpr=2,draw.text=H,draw.size=50,draw.left=0,draw.top=0")
    source = io.BytesIO(pictures.encode(Image.new("L", (WIDE, HIGH), 255), "PNG"))
    made = look(render(source, recipe, OutputFormat.PNG, limits=Limits()).data)
    assert find_ink(made) == find_ink(write("H", size=100))


def test_line_breaks() -> None:
    one, two = find_ink(write("H", size=30)), find_ink(write("H\nH", size=30))
    assert two[:3] == one[:3]
    assert two[3] - one[3] == sum(open_font(Fraction(30), 400).getmetrics())


def test_nothing_is_wrapped_and_what_stands_out_is_cut_off() -> None:
    """Even where the whole of it would be larger than any picture may be."""
    _, top, right, bottom = find_ink(write("H" * 200, size=100))
    assert right > WIDE - 20
    assert (top, bottom) == find_ink(write("H", size=100))[1::2]


@pytest.mark.parametrize("text", ["jjj", "Ǻ", "ÁÉ\nǺ", "(j)"])
def test_ink_that_stands_out_of_the_line_is_kept(text: str) -> None:
    """The text as a picture of its own, and with room on all sides: the ink is the same."""
    with Image.open(letter(Overlay(text=text, size=60), Fraction(1), Limits())) as picture:
        ink = picture.getchannel("A").getbbox()
    font = open_font(Fraction(60), 400)
    roomy = Image.new("L", (600, 400))
    for number, line in enumerate(text.split("\n")):
        place = (100, 100 + number * sum(font.getmetrics()))
        ImageDraw.Draw(roomy).text(place, line, fill=255, font=font, anchor="ls")
    whole = roomy.getbbox()
    assert ink is not None
    assert whole is not None
    assert (ink[2] - ink[0], ink[3] - ink[1]) == (whole[2] - whole[0], whole[3] - whole[1])


def test_it_is_an_overlay_like_any_other() -> None:
    upright, turned = find_ink(write("Hello", size=30)), find_ink(write("Hello", size=30, rotate=90))
    assert (turned[2] - turned[0], turned[3] - turned[1]) == (
        upright[3] - upright[1],
        upright[2] - upright[0],
    )
    faint = np.asarray(write("HHH", size=100, opacity=0.5))
    assert faint.min() == pytest.approx(255 - 127, abs=1)
    assert find_ink(write("Hello", size=30, width=30))[2] <= 30
    tiled = np.asarray(write("H", size=30, repeat=True))
    assert (tiled < 250).any(axis=1).sum() > 2 * 20
    boxed = write("Hello", size=30, background="#808080", border={"width": 2}).convert("L")
    assert np.asarray(boxed)[0, 0] == 0
    assert np.asarray(boxed)[4, 4] == 128
    trimmed = find_ink(write("Hello", size=30, trim={"border": True}))
    assert trimmed[:2] == (0, 0)


def test_accents_may_be_written_as_marks() -> None:
    assert write("A\u0308", size=60).tobytes() == write("Ä", size=60).tobytes()


def test_a_text_has_a_limit_before_it_has_pixels() -> None:
    with pytest.raises(LimitExceeded, match="max_text_pixels"):
        write("H" * 200, size=1_000)
    source = io.BytesIO(pictures.encode(Image.new("L", (WIDE, HIGH), 255), "PNG"))
    with pytest.raises(EmptyImage):
        render(source, parse("draw.text=a,draw.trim=0;500;0;0"), OutputFormat.PNG, limits=Limits())


def test_spaces_alone_are_nothing_to_see() -> None:
    assert write(" \n ").tobytes() == Image.new("L", (WIDE, HIGH), 255).tobytes()
