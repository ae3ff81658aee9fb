"""Requests: what a client may ask of a renderer, as a header and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from apps.imaging import grammar
from apps.imaging.encoders import Generation
from apps.imaging.errors import OptionsError
from apps.imaging.limits import Limits
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.renderer.wire.frames import Header, WireError
from apps.imaging.renderer.wire.records import read_record, write_record


class Verb(Enum):
    """What is asked for."""

    INSPECT = "inspect"
    RENDER = "render"
    PROBE = "probe"


@dataclass(frozen=True, slots=True)
class Request:
    """One question; recipe, output and generation matter to RENDER only, limits not to PROBE."""

    verb: Verb
    limits: Limits = field(default_factory=Limits)
    recipe: Recipe = field(default_factory=Recipe)
    output: OutputFormat = OutputFormat.JPEG
    generation: Generation = Generation.QUICK


def write_request(request: Request) -> Header:
    """Return the header that asks; the recipe travels as its canonical options text."""
    return {
        "verb": request.verb.value,
        "limits": write_record(request.limits),
        "options": grammar.write(request.recipe),
        "output": request.output.value,
        "generation": request.generation.value,
    }


def read_request(header: Header) -> Request:
    """Return the request in a header. Raises WireError when it is none."""
    if set(header) != {"verb", "limits", "options", "output", "generation"}:
        raise WireError("the request's fields are not the expected ones")
    if not isinstance(header["options"], str):
        raise WireError("the options are no text")
    try:
        return Request(
            verb=Verb(header["verb"]),
            limits=read_record(Limits, header["limits"]),
            recipe=grammar.parse(header["options"]),
            output=OutputFormat(header["output"]),
            generation=Generation(header["generation"]),
        )
    except (ValueError, OptionsError) as error:
        raise WireError(f"that is no request: {error}") from error
