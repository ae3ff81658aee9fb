"""PNG: what is made in the background is never larger, and a palette is written without filters."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image, ImageDraw

from apps.imaging.recipe import OutputFormat
from apps.imaging.render import Generation
from tests import pictures
from tests.imaging.looking import distance, look, make


def draw_text() -> bytes:
    page = Image.new("RGB", (400, 300), "white")
    for line in range(20):
        ImageDraw.Draw(page).text((10, 15 * line), f"line {line} of a page of text", fill="black")
    return pictures.encode(page, "PNG")


def noise() -> bytes:
    return pictures.encode(Image.effect_noise((300, 200), 60).convert("RGB"), "PNG")


@pytest.mark.parametrize("source", [pictures.transparent_png(300, 200), draw_text(), noise()])
def test_it_works(source: bytes) -> None:
    quick, small = (
        make(source, "", OutputFormat.PNG, generation=generation).data
        for generation in (Generation.QUICK, Generation.SMALL)
    )
    assert len(small) <= len(quick)
    assert distance(look(small), look(quick)) == 0


def test_text_is_smallest_unfiltered() -> None:
    source = draw_text()
    quick, small = (
        len(make(source, "", OutputFormat.PNG, generation=generation).data)
        for generation in (Generation.QUICK, Generation.SMALL)
    )
    assert small < quick * 0.95


@pytest.mark.parametrize("generation", list(Generation))
def test_a_palette_has_no_filters(generation: Generation) -> None:
    data = make(pictures.photo_jpeg(600, 400), "quality=80", OutputFormat.PNG, generation=generation).data
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.mode == "P"
        row_bytes = picture.width + 1
    rows = zlib.decompress(_join_chunks(data))
    assert set(rows[::row_bytes]) == {0}


def _join_chunks(data: bytes) -> bytes:
    """Return what all IDAT chunks hold."""
    found, at = b"", 8
    while at < len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind == b"IDAT":
            found += data[at + 8 : at + 8 + length]
        at += 12 + length
    return found
