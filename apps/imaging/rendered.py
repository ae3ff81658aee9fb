"""Rendered: a picture made from a source, as bytes with the facts about them."""

from __future__ import annotations

from dataclasses import dataclass

from apps.imaging.recipe import OutputFormat


@dataclass(frozen=True, slots=True)
class Rendered:
    """Width and height are of one frame, in pixels."""

    data: bytes
    format: OutputFormat
    width: int
    height: int
    frames: int = 1
