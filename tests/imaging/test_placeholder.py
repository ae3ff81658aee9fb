"""A placeholder has the colours, the shape and the lie of its picture."""

from __future__ import annotations

import io
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from apps.imaging.errors import LimitExceeded, NotAnImage
from apps.imaging.limits import Limits
from apps.imaging.options.grammar import parse
from apps.imaging.placeholder import (
    Placeholder,
    find_dominant_colour,
    is_placeholder,
    read_placeholder,
    write_placeholder,
)
from apps.imaging.recipe import OutputFormat
from apps.imaging.recipe.colour import Colour
from apps.imaging.render import render
from apps.imaging.thumbhash import write_thumbhash
from tests import pictures


def placeholder(data: bytes, options: str = "", limits: Limits | None = None) -> Placeholder:
    """Return the placeholder of what the options make of a file."""
    recipe, output = parse(options), OutputFormat.PLACEHOLDER
    rendered = render(io.BytesIO(data), recipe, output, limits=limits or Limits())
    found = read_placeholder(rendered.data)
    assert found.size == (rendered.width, rendered.height)
    return found


def test_it_works() -> None:
    found = placeholder(pictures.encode(Image.new("RGB", (1200, 800), (200, 100, 50)), "PNG"))
    assert found.dominant_colour == Colour(200, 100, 50)
    assert read_mean(found.thumbhash) == pytest.approx((200, 100, 50), abs=5)
    assert read_aspect(found.thumbhash) == pytest.approx(1.5, abs=0.15)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_upright(orientation: int) -> None:
    """The card is white below on the right, whichever way it is stored."""
    card = pictures.draw_card(600, 400)
    stored = pictures.lay(card, orientation)
    found = placeholder(pictures.encode(stored, "JPEG", quality=90, exif=pictures.make_exif(orientation)))
    assert read_aspect(found.thumbhash) == pytest.approx(1.5, abs=0.15)
    light = {(x, y): read_lightness(found.thumbhash, x, y) for x in (0.25, 0.75) for y in (0.25, 0.75)}
    assert max(light, key=lambda point: light[point]) == (0.75, 0.75)


def test_it_shows_what_is_where() -> None:
    picture = Image.new("RGB", (60, 40))
    shades = {(0.25, 0.25): 50, (0.75, 0.25): 230, (0.25, 0.75): 100, (0.75, 0.75): 160}
    for (x, y), shade in shades.items():
        left, top = round(60 * x) - 15, round(40 * y) - 10
        picture.paste((shade, shade, shade), (left, top, left + 30, top + 20))
    found = placeholder(pictures.encode(picture, "PNG")).thumbhash
    for (x, y), shade in shades.items():
        assert 255 * read_lightness(found, x, y) == pytest.approx(shade, abs=40)


def test_transparency() -> None:
    found = placeholder(pictures.transparent_png())
    assert found.thumbhash[2] & 0x80
    clear = placeholder(pictures.encode(Image.new("RGBA", (10, 10), (9, 9, 9, 0)), "PNG"))
    assert clear.dominant_colour is None


@pytest.mark.parametrize("format_name", ["GIF", "WEBP", "PNG", "AVIF"])
def test_of_an_animation_the_first_frame(format_name: str) -> None:
    found = placeholder(pictures.animation(format_name))
    assert read_mean(found.thumbhash) == pytest.approx((128, 128, 128), abs=10)


def test_grey_cmyk_and_heic() -> None:
    grey = placeholder(pictures.grey16_png())
    assert read_mean(grey.thumbhash) == pytest.approx((127, 127, 127), abs=6)
    for data in (pictures.cmyk_jpeg(), pictures.heic()):
        assert 5 <= len(placeholder(data).thumbhash) <= 25


def test_refusals() -> None:
    with pytest.raises(NotAnImage):
        placeholder(b"no picture")
    with pytest.raises(LimitExceeded):
        placeholder(pictures.photo_jpeg(300, 200), limits=Limits(max_side=299))
    with pytest.raises(LimitExceeded, match="max_enlarged_side"):
        placeholder(pictures.photo_jpeg(300, 200), "w=9000,fit=contain")
    with pytest.raises(ValueError, match="small picture"):
        write_thumbhash(bytes(4 * 101), 101, 1)
    with pytest.raises(ValueError, match="small picture"):
        write_thumbhash(bytes(4), 2, 1)


def test_the_most_frequent_colour() -> None:
    picture = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    picture.paste((250, 240, 230, 255), (0, 0, 10, 3))
    picture.paste((20, 30, 40, 255), (0, 3, 10, 7))
    assert find_dominant_colour(picture.tobytes()) == Colour(20, 30, 40)


CARD = pictures.encode(pictures.draw_card(600, 400), "PNG")
CORNER = "trim.width=250,trim.height=150"  # the card's red


@pytest.mark.parametrize(
    ("options", "size", "mean"),
    [
        ("w=300", (300, 200), None),
        (CORNER, (250, 150), pictures.RED),
        (f"{CORNER},w=50", (50, 30), pictures.RED),
        ("w=300,h=400,fit=cover,g=left", (300, 400), (128, 0, 128)),
        ("w=300,h=300,fit=pad,background=0000ff,trim.left=350,trim.top=250", (300, 300), None),
        (f"{CORNER},rotate=90", (150, 250), pictures.RED),
        (f"{CORNER},saturation=0", (250, 150), (54, 54, 54)),
        (f"{CORNER},border=red;20", (290, 190), pictures.RED),
        (f"{CORNER},blur=9", (250, 150), pictures.RED),
        ("dpr=2", (600, 400), None),
    ],
)
def test_it_is_the_rendition_s(options: str, size: tuple[int, int], mean: tuple[int, ...] | None) -> None:
    found = placeholder(CARD, options)
    assert found.size == size
    assert bool(found.thumbhash[4] & 0x80) is (size[0] > size[1])
    if mean is not None:
        assert read_mean(found.thumbhash) == pytest.approx(mean, abs=12)


def test_padding_is_part_of_it() -> None:
    """Blue around a white picture: the rendition, not the original, is mostly blue."""
    white = pictures.encode(Image.new("RGB", (100, 20), "white"), "PNG")
    assert placeholder(white).dominant_colour == Colour(255, 255, 255)
    padded = placeholder(white, "w=100,h=100,fit=pad,background=0000ff")
    assert padded.dominant_colour == Colour(0, 0, 255)


def test_what_needs_no_pixel_of_full_size_reads_none() -> None:
    """The same of a small copy: whoever asks for no box does not pay for 24 megapixels."""
    whole, boxed = placeholder(pictures.photo_jpeg()), placeholder(pictures.photo_jpeg(), "w=1200")
    assert whole.size == boxed.size
    assert read_mean(whole.thumbhash) == pytest.approx(read_mean(boxed.thumbhash), abs=5)


def test_what_is_written() -> None:
    text = write_placeholder(Placeholder((400, 300), b"\xd5\x07\x12\x1d\x04", Colour(138, 127, 112)))
    assert json.loads(text) == {
        "width": 400,
        "height": 300,
        "placeholder": "1QcSHQQ=",
        "dominant_color": "#8a7f70",
    }
    assert b"null" in write_placeholder(Placeholder((1, 1), bytes(5), None))


@given(
    size=st.tuples(st.integers(1, 65_535), st.integers(1, 65_535)),
    thumbhash=st.binary(min_size=5, max_size=25),
    colour=st.none() | st.builds(Colour, *[st.integers(0, 255)] * 3),
)
def test_it_comes_back(size: tuple[int, int], thumbhash: bytes, colour: Colour | None) -> None:
    found = Placeholder(size, thumbhash, colour)
    assert read_placeholder(write_placeholder(found)) == found
    assert is_placeholder(write_placeholder(found))


GOOD = '{"width": 4, "height": 3, "placeholder": "1QcSHQQ=", "dominant_color": "#8a7f70"}'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("4", "0"),
        ("4", "65536"),
        ("4", "true"),
        ("4", "4.0"),
        ("3", '"3"'),
        ('"1QcSHQQ="', "null"),
        ("1QcSHQQ=", "1QcSHQQ"),
        ("1QcSHQQ=", "1QcSHQR="),
        ("1QcSHQQ=", "<b>"),
        ("1QcSHQQ=", "AAAA"),
        ("1QcSHQQ=", "A" * 200),
        ("#8a7f70", "#8A7F70"),
        ("#8a7f70", "red"),
        ("#8a7f70", "#8a7f70;"),
        ("}", ', "x": 1}'),
        ('"width": 4, ', ""),
        ("{", " {"),
        (GOOD, "[" * 299),
        (GOOD, "null"),
        (GOOD, "\xff"),
    ],
)
def test_what_is_none(old: str, new: str) -> None:
    assert is_placeholder(GOOD.encode())
    assert not is_placeholder(GOOD.replace(old, new, 1).encode("latin-1"))


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(1, 24), height=st.integers(1, 24), seed=st.randoms(use_true_random=False),
    is_clear=st.booleans(),
)  # fmt: skip
def test_rules_that_always_hold(width: int, height: int, seed: object, is_clear: bool) -> None:
    pixels = bytearray(seed.randbytes(4 * width * height))  # type: ignore[attr-defined]  # hypothesis' Random
    if not is_clear:
        pixels[3::4] = b"\xff" * (width * height)
    found = write_thumbhash(bytes(pixels), width, height)
    assert 5 <= len(found) <= 25
    assert bool(found[2] & 0x80) is any(alpha < 255 for alpha in pixels[3::4])
    assert bool(found[4] & 0x80) is (width > height)
    if not is_clear:
        mean = tuple(sum(pixels[band::4]) / (width * height) for band in range(3))
        assert read_mean(found) == pytest.approx(mean, abs=11)


@given(colour=st.tuples(*[st.integers(0, 255)] * 3), width=st.integers(4, 9), height=st.integers(4, 9))
def test_one_colour_has_no_waves(colour: tuple[int, int, int], width: int, height: int) -> None:
    found = write_thumbhash(bytes([*colour, 255]) * (width * height), width, height)
    assert read_mean(found) == pytest.approx(colour, abs=11)
    assert (found[2] >> 2) & 31 == 0


def read_mean(found: bytes) -> tuple[float, ...]:
    """Return the mean colour a hash tells, 0 to 255 each."""
    head = int.from_bytes(found[:3], "little")
    light, yellow, red = (head & 63) / 63, (head >> 6 & 63) / 31.5 - 1, (head >> 12 & 63) / 31.5 - 1
    blue = light - 2 / 3 * yellow
    reds = (3 * light - blue + red) / 2
    return tuple(255 * min(1, max(0, value)) for value in (reds, reds - red, blue))


def read_aspect(found: bytes) -> float:
    """Return width to height, as far as the counts of waves tell it."""
    most, few = (5 if found[2] & 0x80 else 7), found[3] & 7
    return most / few if found[4] & 0x80 else few / most


def read_lightness(found: bytes, x: float, y: float) -> float:
    """Return how light the preview of an opaque picture is at a point, all from 0 to 1."""
    few, is_landscape = found[3] & 7, bool(found[4] & 0x80)
    across, down = (7, max(3, few)) if is_landscape else (max(3, few), 7)
    nibbles = iter([nibble for byte in found[5:] for nibble in (byte & 15, byte >> 4)])
    light, scale = (found[0] & 63) / 63, (found[2] >> 2 & 31) / 31
    for y_wave in range(down):
        for x_wave in range(across):
            if (x_wave or y_wave) and x_wave * down < across * (down - y_wave):
                wave = math.cos(math.pi * x * x_wave) * math.cos(math.pi * y * y_wave)
                light += 2 * (next(nibbles) / 7.5 - 1) * scale * wave
    return light
