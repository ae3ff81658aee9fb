"""Workbench: where pictures are looked at and made: in this process, or by the renderer at a socket."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from apps.imaging import render as here
from apps.imaging.commands.arguments import LIMITS
from apps.imaging.commands.drawing import Drawn, open_drawn
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.rendered import Rendered
from apps.imaging.renderer.client import RendererClient
from apps.imaging.source import SourceInfo

# A person would rather wait for a busy renderer than be told of it.
_PATIENCE_SECONDS = 60.0
_NOTHING: Drawn = {}  # a proxy of it could not be sent to another process


@dataclass(frozen=True, slots=True)
class Workbench:
    """`client` is None for this process; `drawn` are the files of images that recipes draw.

    Both verbs raise as those of render.py, or RendererError.
    """

    client: RendererClient | None
    drawn: Drawn

    def inspect(self, source: BinaryIO) -> SourceInfo:
        if self.client:
            return self.client.inspect(source, limits=LIMITS)
        return here.inspect(source, LIMITS)

    def render(
        self, source: BinaryIO, recipe: Recipe, output: OutputFormat, generation: Generation
    ) -> Rendered:
        render = self.client.render if self.client else here.render
        with open_drawn(self.drawn) as overlays:
            return render(source, recipe, output, limits=LIMITS, generation=generation, overlays=overlays)


def open_workbench(socket: Path | None, drawn: Drawn = _NOTHING) -> Workbench:
    """Return the bench at a renderer's socket, or the one in this process."""
    if socket is None:
        return Workbench(None, drawn)
    client = RendererClient(
        socket,
        connect_seconds=_PATIENCE_SECONDS,
        total_seconds=_PATIENCE_SECONDS,
        heavy_seconds=2 * _PATIENCE_SECONDS,
    )
    return Workbench(client, drawn)
