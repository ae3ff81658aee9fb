"""Ours without the isolation: the same code in the asking process. What the renderer adds is the hop."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from apps.imaging.recipe import OutputFormat
from tests.bench.contestants.contestant import Contestant
from tests.bench.contestants.renderer import LIMITS, RECIPE


class InProcess(Contestant):
    def __enter__(self) -> Self:
        from apps.imaging.render import render  # here: it shuts libvips' other loaders for the whole process

        self._render = render
        return self

    def render(self, source: Path, format_name: str) -> bytes:
        with source.open("rb") as file:
            return self._render(file, RECIPE, OutputFormat(format_name), limits=LIMITS).data
