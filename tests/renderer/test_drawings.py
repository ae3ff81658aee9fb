"""SVG through a locked worker: read and written without opening anything, refused by the same names."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from apps.imaging.errors import ImagingError, LimitExceeded, SvgConversion, TruncatedImage, UnsupportedFormat
from apps.imaging.limits import Limits
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.render import inspect, render
from apps.imaging.renderer.client import RendererClient
from tests import pictures
from tests.imaging.drawings import XMLNS, editor_s, scene, wrap

LIMITS = Limits()
LATIN = f"<?xml version='1.0' encoding='latin1'?><svg {XMLNS}><title>é</title></svg>".encode("latin-1")


@pytest.mark.parametrize(
    "data", [pictures.drawing_svg(), scene(), editor_s(), scene().decode().encode("utf-16"), LATIN]
)
def test_it_works(client: RendererClient, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(data)
    with path.open("rb") as file:
        assert client.inspect(file, limits=LIMITS) == inspect(io.BytesIO(data), LIMITS)
        caged = client.render(file, Recipe(width=9), OutputFormat.SVG, limits=LIMITS)
    assert caged == render(io.BytesIO(data), Recipe(), OutputFormat.SVG, limits=LIMITS)


@pytest.mark.parametrize(
    ("data", "output", "refusal"),
    [
        (scene(), OutputFormat.PNG, SvgConversion),
        (pictures.photo_jpeg(60, 40), OutputFormat.SVG, SvgConversion),
        (scene()[:-9], OutputFormat.SVG, TruncatedImage),
        (wrap("<g>" * 100_000), OutputFormat.SVG, LimitExceeded),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", OutputFormat.SVG, UnsupportedFormat),
        (b"<?xml version='1.0' encoding='utf-7'?><svg />", OutputFormat.SVG, UnsupportedFormat),
    ],
)
def test_refusals(
    client: RendererClient, data: bytes, output: OutputFormat, refusal: type[ImagingError]
) -> None:
    with pytest.raises(ImagingError) as caught:
        client.render(data, Recipe(), output, limits=LIMITS)
    assert type(caught.value) is refusal
