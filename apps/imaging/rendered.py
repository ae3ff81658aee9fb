"""Rendered: a picture made from a source, as bytes with the facts about them."""

from __future__ import annotations

from dataclasses import dataclass

from apps.imaging.geometry.focus import FocalPoints
from apps.imaging.recipe import OutputFormat


@dataclass(frozen=True, slots=True)
class Rendered:
    """Width and height are of one frame, in pixels.

    found: the focal points this render had to look for, worth keeping for the next; None if it had not to.
    """

    data: bytes
    format: OutputFormat
    width: int
    height: int
    frames: int = 1
    found: FocalPoints | None = None
