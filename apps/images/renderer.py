"""The renderer as this room asks it: where its socket is, how long to wait, what an account may send."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import BinaryIO

from django.conf import settings

from apps.imaging.box import Size
from apps.imaging.geometry.focus import UNKNOWN, FocalPoints
from apps.imaging.limits import Limits
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.rendered import Rendered
from apps.imaging.renderer import abilities
from apps.imaging.renderer.client import RendererClient
from apps.imaging.renderer.patience import longest_wait
from apps.imaging.source import SourceInfo

# What was accepted under an account's byte limit stays renderable when the limit is lowered.
RENDER_LIMITS = Limits(max_bytes=2**40)


def finds_faces() -> bool:
    """Whether the renderer finds faces; what is rendered without is another recipe, under another key."""
    return abilities.finds_faces(settings.RENDERER_SOCKET)


def make_client() -> RendererClient:
    return RendererClient(
        settings.RENDERER_SOCKET,
        total_seconds=settings.RENDER_SECONDS,
        heavy_seconds=settings.HEAVY_RENDER_SECONDS,
    )


def longest_render_seconds() -> float:
    """Return how long a render may be waited for at worst."""
    return longest_wait(total_seconds=settings.RENDER_SECONDS, heavy_seconds=settings.HEAVY_RENDER_SECONDS)


def inspect_original(file: BinaryIO, *, max_bytes: int) -> SourceInfo:
    """Return what an original is, after decoding all of it; raises imaging's errors."""
    return make_client().inspect(file, limits=Limits(max_bytes=max_bytes))


def render(
    file: BinaryIO,
    recipe: Recipe,
    output: OutputFormat,
    *,
    generation: Generation,
    known: FocalPoints = UNKNOWN,
    overlays: Mapping[str, BinaryIO] = MappingProxyType({}),
    stands_for: Size | None = None,
) -> Rendered:
    """Return a rendition of an original, or of the mezzanine that stands for one of that size.

    `overlays` are the originals it draws, by image id.
    """
    return make_client().render(
        file,
        recipe,
        output,
        limits=RENDER_LIMITS,
        generation=generation,
        known=known,
        overlays=overlays,
        stands_for=stands_for,
    )
