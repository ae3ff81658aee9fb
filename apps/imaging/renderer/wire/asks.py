"""Asks: a question paired with the reader of its answer, which is all that the two clients have to know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from apps.imaging.cage import CageReport
from apps.imaging.encoders import Generation
from apps.imaging.errors import BadReply, LimitExceeded
from apps.imaging.limits import Limits
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.rendered import Rendered
from apps.imaging.renderer.wire.frames import MAX_BODY_BYTES, Frame, WireError, encode_head
from apps.imaging.renderer.wire.replies import read_rendered, read_report, read_source_info
from apps.imaging.renderer.wire.requests import Request, Verb, write_request
from apps.imaging.source import SourceInfo

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Ask(Generic[Result]):
    """One question and how to read what comes back."""

    request: Request
    reader: Callable[[Frame], Result]

    def head(self, *, body_length: int) -> bytes:
        """Return the request's bytes up to its body. Raises LimitExceeded when the body is over its cap."""
        if body_length > MAX_BODY_BYTES:
            raise LimitExceeded("max_bytes", body_length, MAX_BODY_BYTES)
        return encode_head(write_request(self.request), body_length=body_length)

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
    recipe: Recipe, output: OutputFormat, *, limits: Limits, generation: Generation
) -> Ask[Rendered]:
    """Ask for a rendition."""
    request = Request(verb=Verb.RENDER, limits=limits, recipe=recipe, output=output, generation=generation)
    return Ask(request, lambda frame: read_rendered(frame, output))


def ask_probe() -> Ask[CageReport]:
    """Ask a worker to try its cage."""
    return Ask(Request(verb=Verb.PROBE), read_report)
