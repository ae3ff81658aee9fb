"""Locked or not, the same bytes: nothing an engine would read from disk is missed in silence by a worker."""

from __future__ import annotations

import io

import pytest

from apps.imaging.grammar import parse
from apps.imaging.limits import Limits
from apps.imaging.render import inspect, render
from apps.imaging.renderer.client import RendererClient
from tests.renderer.drawn import RASTERS, draw_every_kind

LIMITS = Limits()
OPTIONS = ["", "w=30", "w=20,h=20,fit=cover,metadata=keep,background=red", "w=20,blur=5,sharpen=2,rotate=90"]


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
