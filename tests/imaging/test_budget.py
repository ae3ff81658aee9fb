"""A file is made to fit by the best quality that does."""

from __future__ import annotations

import pytest

from apps.imaging.pixels.budget import encode_within
from apps.imaging.recipe import OutputFormat
from tests import pictures
from tests.imaging.looking import distance, look, make


def test_it_works() -> None:
    source = pictures.photo_jpeg()
    free = make(source, "w=400", OutputFormat.JPEG).data
    bound = make(source, "w=400,max-bytes=4000", OutputFormat.JPEG).data
    assert len(bound) <= 4_000 < len(free)
    assert len(bound) > 3_500
    assert distance(look(bound), look(free)) < 12


@pytest.mark.parametrize(
    "output", [OutputFormat.JPEG, OutputFormat.WEBP, OutputFormat.AVIF, OutputFormat.PNG]
)
def test_every_format_that_has_a_quality(output: OutputFormat) -> None:
    source = pictures.photo_jpeg(300, 200)
    free = make(source, "", output).data
    bound = make(source, f"max-bytes={len(free) * 2 // 3}", output).data
    assert len(bound) <= len(free) * 2 // 3
    assert bound == make(source, f"max-bytes={len(free) * 2 // 3}", output).data


def test_what_fits_is_left_as_it_is() -> None:
    source = pictures.photo_jpeg(300, 200)
    for options in ("", "q=100,"):
        free = make(source, options, OutputFormat.WEBP).data
        assert make(source, f"{options}max-bytes={len(free)}", OutputFormat.WEBP).data == free


def test_the_smallest_where_none_fits() -> None:
    source = pictures.photo_jpeg(300, 200)
    heavy = make(source, "max-bytes=1", OutputFormat.JPEG).data
    assert len(heavy) <= len(make(source, "q=1", OutputFormat.JPEG).data)
    gif = make(source, "max-bytes=1", OutputFormat.GIF).data
    assert gif == make(source, "", OutputFormat.GIF).data


@pytest.mark.parametrize("max_bytes", [1, 7, 50, 79, 80, 89, 99])
def test_eight_tries_find_the_best(max_bytes: int) -> None:
    tried: list[int | None] = []

    def encode(quality: int | None) -> bytes:
        tried.append(quality)
        return bytes(quality or 90)

    assert len(encode_within(max_bytes, 90, encode)) == min(max_bytes, 90)
    assert len(tried) <= 8
    assert tried[0] is None
    assert 90 not in tried  # that is the recipe's own
