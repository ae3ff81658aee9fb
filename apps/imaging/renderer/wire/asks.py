"""Asks: a question paired with the reader of its answer, which is all that the two clients have to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Generic, TypeVar

from apps.imaging.box import Size
from apps.imaging.cage import CageReport
from apps.imaging.errors import BadReply, LimitExceeded, OverlayMissing
from apps.imaging.geometry.focus import UNKNOWN, FocalPoints
from apps.imaging.limits import Limits
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Overlay, Recipe
from apps.imaging.rendered import Rendered
from apps.imaging.renderer.wire.frames import MAX_BODY_BYTES, Frame, WireError, encode_head
from apps.imaging.renderer.wire.replies import read_rendered, read_report, read_source_info
from apps.imaging.renderer.wire.requests import Request, Verb, write_request
from apps.imaging.source import SourceInfo

Result = TypeVar("Result")
Source = bytes | BinaryIO


@dataclass(frozen=True, slots=True)
class Ask(Generic[Result]):
    """One question and how to read what comes back."""

    request: Request
    reader: Callable[[Frame], Result]

    def head(self, *, sources: Sequence[int | None]) -> bytes:
        """Return the request's bytes up to its body, which holds what has a length among its sources.

        Raises LimitExceeded when all of that is over the body's cap.
        """
        body_length = sum(length for length in sources if length is not None)
        if body_length > MAX_BODY_BYTES:
            raise LimitExceeded("max_bytes", body_length, MAX_BODY_BYTES)
        request = replace(self.request, sources=tuple(sources))
        return encode_head(write_request(request), body_length=body_length)

    def read(self, frame: Frame) -> Result:
        """Return the answer. Raises what the renderer found, or BadReply for an answer without sense."""
        try:
            return self.reader(frame)
        except WireError as error:
            raise BadReply from error


def ask_inspect(*, limits: Limits) -> Ask[SourceInfo]:
    """Ask what a source is."""
    return Ask(Request(verb=Verb.INSPECT, limits=limits), read_source_info)


def ask_render(
    recipe: Recipe,
    output: OutputFormat,
    *,
    limits: Limits,
    generation: Generation,
    known: FocalPoints = UNKNOWN,
    stands_for: Size | None = None,
) -> Ask[Rendered]:
    """Ask for a rendition."""
    request = Request(Verb.RENDER, limits, recipe, output, generation, known, stands_for)
    return Ask(request, lambda frame: read_rendered(frame, output, recipe.drawn_images))


def ask_letter(text: Overlay, *, limits: Limits) -> Ask[Rendered]:
    """Ask for a text as a PNG of its own."""
    request = Request(Verb.LETTER, limits, Recipe(draw=(text,)), OutputFormat.PNG)
    return Ask(request, lambda frame: read_rendered(frame, OutputFormat.PNG))


def pick_overlays(recipe: Recipe, overlays: Mapping[str, Source]) -> list[Source]:
    """Return what a recipe draws in the order the wire carries it. Raises OverlayMissing."""
    for image in recipe.drawn_images:
        if image not in overlays:
            raise OverlayMissing(image)
    return [overlays[image] for image in recipe.drawn_images]


def ask_probe() -> Ask[CageReport]:
    """Ask a worker to try its cage."""
    return Ask(Request(verb=Verb.PROBE), read_report)
