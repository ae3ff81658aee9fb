"""libvips says in its own words what went wrong, and is heard of nothing else."""

from __future__ import annotations

import logging

import pytest
import pyvips

from apps.imaging.errors import DamagedImage, TooLargeToProcess, TruncatedImage
from apps.imaging.pixels.engine import decoding
from apps.imaging.recipe import OutputFormat
from tests import pictures
from tests.imaging.looking import make


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("VipsJpeg: premature end of JPEG image", TruncatedImage),
        ("pngload: libspng read error", DamagedImage),
        ("vips_malloc: out of memory -- size == 3 MB", TooLargeToProcess),
        ("webpsave: VP8_ENC_ERROR_OUT_OF_MEMORY", TooLargeToProcess),
        ("heif: Encoder plugin generated an error: Undefined AOM error (8.5002)", TooLargeToProcess),
    ],
)
def test_it_works(words: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught, decoding():
        raise pyvips.Error("unable to call", detail=words)
    assert type(caught.value) is error


def test_it_does_not_tell_of_each_step(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "pyvips")
    make(pictures.photo_jpeg(), "w=100", OutputFormat.WEBP)
    assert caplog.records == []
