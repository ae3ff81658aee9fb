"""Hostile pictures: whatever their bytes do to a decoder, the answer is a fact or an error of ours.

Through a real renderer, never in the tests' own process: some of these have ended a decoder for good (a
changed HEIC did so in pi_heif's C code), which costs a worker and nobody else.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings as project_settings
from hypothesis import given
from hypothesis import strategies as st

from apps.imaging.errors import ImagingError
from apps.imaging.limits import Limits
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.renderer.client import RendererClient
from tests import pictures
from tests.fuzzing import Change, change, changes, fuzz
from tests.imaging.test_inspect import SOUND

LIMITS = Limits(max_pixels=1_000_000, max_animation_pixels=1_000_000)
KINDS = ["png", "gif", "webp", "avif", "heic", "tiff", "bmp", "animated gif", "animated webp"]


@fuzz(100)
@given(name=st.sampled_from(KINDS), todo=changes())
def test_changed_files_are_refused_or_read(name: str, todo: list[Change]) -> None:
    client = RendererClient(project_settings.RENDERER_SOCKET)
    data = change(sound(name), todo)
    try:
        assert client.inspect(data, limits=LIMITS).width > 0
        assert client.render(data, Recipe(width=20), OutputFormat.PLACEHOLDER, limits=LIMITS).width > 0
    except ImagingError:
        pass
    assert client.inspect(pictures.photo_jpeg(), limits=Limits()).width == 1200


def sound(name: str) -> bytes:
    draw: Callable[[], bytes] = SOUND[name]
    return draw()
