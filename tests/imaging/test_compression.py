"""Who is in a hurry gets the quickest encoders, and more bytes."""

from __future__ import annotations

import pytest

from apps.imaging.recipe import OutputFormat
from apps.imaging.render import Generation
from tests import pictures
from tests.imaging.looking import distance, look, make


@pytest.mark.parametrize("output", [OutputFormat.JPEG, OutputFormat.PNG])
def test_it_works(output: OutputFormat) -> None:
    source = pictures.photo_jpeg(600, 400)
    usual, fast = make(source, "", output).data, make(source, "compression=fast", output).data
    assert len(fast) > len(usual)
    assert distance(look(fast), look(usual)) < 1


def test_not_even_the_background_takes_its_time() -> None:
    source = pictures.photo_jpeg(600, 400)
    at_once, later = (
        make(source, "compression=fast", OutputFormat.JPEG, generation=generation).data
        for generation in (Generation.QUICK, Generation.SMALL)
    )
    assert at_once == later


def test_png_is_deflated_at_its_lowest_level() -> None:
    data = make(pictures.photo_jpeg(60, 40), "compression=fast").data
    flags = data[data.index(b"IDAT") + 5]
    assert flags >> 6 == 0  # FLEVEL, RFC 1950
