"""Hostile pictures: whatever their bytes do to a decoder, the answer is a fact or an error of ours.

Through a real renderer, never in the tests' own process: some of these have ended a decoder for good (a
changed HEIC did so in pi_heif's C code), which costs a worker and nobody else.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings as project_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.imaging.errors import ImagingError
from apps.imaging.limits import Limits
from apps.imaging.renderer.client import RendererClient
from tests import pictures
from tests.imaging.test_inspect import SOUND

LIMITS = Limits(max_pixels=1_000_000, max_animation_pixels=1_000_000)
KINDS = ["png", "gif", "webp", "avif", "heic", "tiff", "bmp", "animated gif", "animated webp"]


@settings(max_examples=100, deadline=None)
@given(
    name=st.sampled_from(KINDS),
    changes=st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_changed_bytes_are_refused_or_read(name: str, changes: list[tuple[int, int]]) -> None:
    client = RendererClient(project_settings.RENDERER_SOCKET)
    data = bytearray(sound(name))
    for position, value in changes:
        data[position % len(data)] = value
    try:
        assert client.inspect(bytes(data), limits=LIMITS).width > 0
    except ImagingError:
        pass
    assert client.inspect(pictures.photo_jpeg(), limits=Limits()).width == 1200


def sound(name: str) -> bytes:
    draw: Callable[[], bytes] = SOUND[name]
    return draw()
