"""Locked or not, the same bytes: nothing an engine would read from disk is missed in silence by a worker."""

from __future__ import annotations

import io

import pytest

from apps.imaging.geometry.focus import Area, FocalPoints
from apps.imaging.limits import Limits
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.render import inspect, render
from apps.imaging.renderer.client import RendererClient
from tests.pictures import draw_face, encode
from tests.renderer.drawn import RASTERS, draw_every_kind

LIMITS = Limits()
OPTIONS = ["", "w=30", "w=20,h=20,fit=cover,metadata=keep,background=red", "w=20,blur=5,sharpen=2,rotate=90"]
FACE = parse("w=60,h=60,fit=cover,g=face,zoom=0.5")
AT_THE_CORNER = FocalPoints(Area(0, 0), (Area(0, 0, 900, 900),))


def test_it_works(client: RendererClient) -> None:
    for picture in draw_every_kind().values():
        assert client.inspect(picture, limits=LIMITS) == inspect(io.BytesIO(picture), LIMITS)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kind", list(draw_every_kind()))
def test_every_kind_in_every_format(client: RendererClient, kind: str, options: str) -> None:
    picture, recipe = draw_every_kind()[kind], parse(options)
    for output in RASTERS:
        caged = client.render(picture, recipe, output, limits=LIMITS)
        assert caged == render(io.BytesIO(picture), recipe, output, limits=LIMITS), output


def test_a_face_is_found_by_who_can_open_no_model(client: RendererClient) -> None:
    picture = encode(draw_face(), "JPEG")
    caged = client.render(picture, FACE, OutputFormat.PNG, limits=LIMITS)
    assert caged.found is not None
    assert caged.found.faces
    assert caged == render(io.BytesIO(picture), FACE, OutputFormat.PNG, limits=LIMITS)


def test_what_was_found_is_not_sought_again(client: RendererClient) -> None:
    picture = encode(draw_face(), "JPEG")
    found = client.render(picture, FACE, OutputFormat.PNG, limits=LIMITS).found
    assert found is not None
    again = client.render(picture, FACE, OutputFormat.PNG, limits=LIMITS, known=found)
    assert again == render(io.BytesIO(picture), FACE, OutputFormat.PNG, limits=LIMITS, known=found)
    assert again.found is None
    elsewhere = client.render(picture, FACE, OutputFormat.PNG, limits=LIMITS, known=AT_THE_CORNER)
    assert elsewhere.data != again.data
