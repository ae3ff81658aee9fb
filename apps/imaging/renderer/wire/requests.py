"""Requests: what a client may ask of a renderer, as a header and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from apps.imaging.box import Size
from apps.imaging.errors import OptionsError
from apps.imaging.geometry.focus import UNKNOWN, FocalPoints
from apps.imaging.limits import Limits
from apps.imaging.options import grammar
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.recipe.overlay import MAX_OVERLAYS
from apps.imaging.renderer.wire.frames import Header, WireError
from apps.imaging.renderer.wire.records import read_integer, read_record, read_text, write_record

# An original and what may be drawn onto it.
MAX_SOURCES = 1 + MAX_OVERLAYS


class Verb(Enum):
    """What is asked for."""

    INSPECT = "inspect"
    RENDER = "render"
    LETTER = "letter"  # the one text the recipe draws, as a picture of its own
    PROBE = "probe"


@dataclass(frozen=True, slots=True)
class Request:
    """One question; output, generation, known and stands_for matter to RENDER only, recipe to LETTER too,
    limits not to PROBE.

    known: focal points found in the original before. stands_for: the original's size, if its mezzanine comes
    instead of it. sources: what comes along: the original, then each image the recipe draws, in the recipe's
    order, so that no image's id (a user's text) has to name one here. Each is its length in the body, or None
    when it comes by descriptor.
    """

    verb: Verb
    limits: Limits = field(default_factory=Limits)
    recipe: Recipe = field(default_factory=Recipe)
    output: OutputFormat = OutputFormat.JPEG
    generation: Generation = Generation.QUICK
    known: FocalPoints = UNKNOWN
    stands_for: Size | None = None
    sources: tuple[int | None, ...] = ()

    @property
    def source_count(self) -> int:
        """How many sources the question needs."""
        if self.verb in (Verb.PROBE, Verb.LETTER):
            return 0
        return 1 + len(self.recipe.drawn_images) if self.verb is Verb.RENDER else 1


def write_request(request: Request) -> Header:
    """Return the header that asks; the recipe travels as its canonical options text."""
    return {
        "verb": request.verb.value,
        "limits": write_record(request.limits),
        "options": grammar.write(request.recipe),
        "output": request.output.value,
        "generation": request.generation.value,
        "known": str(request.known),
        "stands_for": request.stands_for and list(request.stands_for),
        "sources": list(request.sources),
    }


_FIELDS = frozenset({"verb", "limits", "options", "output", "generation", "known", "stands_for", "sources"})


def read_request(header: Header) -> Request:
    """Return the request in a header. Raises WireError when it is none."""
    if set(header) != _FIELDS:
        raise WireError("the request's fields are not the expected ones")
    if not isinstance(header["options"], str):
        raise WireError("the options are no text")
    try:
        request = Request(
            verb=Verb(header["verb"]),
            limits=read_record(Limits, header["limits"]),
            recipe=grammar.parse(header["options"]),
            output=OutputFormat(header["output"]),
            generation=Generation(header["generation"]),
            known=FocalPoints.read(read_text(header["known"])),
            stands_for=_read_size(header["stands_for"]),
            sources=_read_sources(header["sources"]),
        )
    except (ValueError, OptionsError) as error:
        raise WireError(f"that is no request: {error}") from error
    if len(request.sources) != request.source_count:
        raise WireError(f"{len(request.sources)} sources came for {request.source_count}")
    return request


def _read_size(sides: object) -> Size | None:
    if sides is None:
        return None
    if not isinstance(sides, list) or len(sides) != 2:
        raise WireError("that is no size")
    width, height = (read_integer(side) for side in sides)
    if width == 0 or height == 0:
        raise WireError("that is no size")
    return width, height


def _read_sources(lengths: object) -> tuple[int | None, ...]:
    if not isinstance(lengths, list) or len(lengths) > MAX_SOURCES:
        raise WireError("the sources are no short list")
    return tuple(None if length is None else read_integer(length) for length in lengths)
