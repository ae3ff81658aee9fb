"""The library's own face: open a picture, transform it, take it out in a format.

The verbs are those of Cloudflare's Images binding for Workers, the options those of a link:

    from apps.imaging.api import open_image

    square = open_image("photo.jpg").transform(width=400, height=400, fit="cover")
    marked = square.draw("logo.png", width=0.2, right=16, bottom=16).draw_text("© Olive", color="white")
    Path("marked.webp").write_bytes(marked.output("webp", quality=80).data)

A picture is a value: each verb returns another one, and nothing is decoded before `output`. That happens in
this very process; for pictures of strangers ask a renderer (client.py) instead.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TypeAlias

from apps.imaging.errors import OptionsError, printable
from apps.imaging.limits import Limits
from apps.imaging.montage import Finish, Montage, compose, open_source
from apps.imaging.options.grammar import from_mapping
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.recipe.overlay import Overlay
from apps.imaging.render import inspect, render, render_text
from apps.imaging.rendered import Rendered
from apps.imaging.source import SourceInfo

OptionValue: TypeAlias = "str | int | float | bool | Mapping[str, OptionValue] | None"


# What moves is transformed whole, however long it takes.
_LIMITS = Limits(large_animation_pixels=100_000_000)


@dataclass(frozen=True, slots=True)
class Picture:
    """What is to be made of a source, and the limits it is made under."""

    montage: Montage
    limits: Limits

    def info(self) -> SourceInfo:
        """Return what the source is, after decoding all of it. Raises as inspect() does, or OSError."""
        with open_source(self.montage.source, _Here(self.limits)) as file:
            return inspect(file, self.limits)

    def transform(self, **options: OptionValue) -> Picture:
        """Return the picture with one more transform, that works on what the ones before it made.

        Options have the names of a link's, with `_` for `-`; those with a dot are objects:
        `trim={"left": 20}`. Raises OptionsError.
        """
        return replace(self, montage=self.montage.transform(_read(options)))

    def draw(self, overlay: Picture | str | Path | bytes, **options: OptionValue) -> Picture:
        """Return the picture with another one drawn onto it, after all that was to be done to both.

        `overlay` is a picture, of which each of its own transforms and drawings counts, a path, or a file's
        bytes. Options are an overlay's: `width=0.2`, `right=16`, `opacity=0.5`. Raises OptionsError.
        """
        drawn = overlay if isinstance(overlay, Picture) else open_image(overlay)
        placed = _read_overlay({"image": "1", **options})
        return replace(self, montage=self.montage.draw(drawn.montage, placed))

    def draw_text(self, content: str, **options: OptionValue) -> Picture:
        """Return the picture with a text drawn onto it: `size=48`, `color="white"`. Raises OptionsError."""
        text = _read_overlay({"text": content, **options})
        return replace(self, montage=self.montage.draw_text(text))

    def output(
        self, format: OutputFormat | str, *, generation: Generation = Generation.QUICK, **options: OptionValue
    ) -> Rendered:
        """Return the picture in a format, "webp" or "image/webp"; options (quality, anim, …) join the last.

        Raises OptionsError for a format that cannot be written, else as render.render() does, or OSError.
        """
        finish = Finish(_read_format(format), _read(options), generation)
        return compose(self.montage, finish, _Here(self.limits))


@dataclass(frozen=True, slots=True)
class _Here:
    """A studio in this very process."""

    limits: Limits

    def render(
        self,
        source: BinaryIO,
        recipe: Recipe,
        output: OutputFormat,
        *,
        generation: Generation,
        overlays: Mapping[str, BinaryIO],
    ) -> Rendered:
        return render(source, recipe, output, limits=self.limits, generation=generation, overlays=overlays)

    def letter(self, text: Overlay) -> Rendered:
        return render_text(text, limits=self.limits)

    def hold(self, data: bytes) -> BinaryIO:
        return io.BytesIO(data)


def open_image(source: str | Path | bytes, *, limits: Limits | None = None) -> Picture:
    """Return a picture from a path or from a file's bytes; nothing is read yet."""
    return Picture(Montage(source if isinstance(source, bytes) else Path(source)), limits or _LIMITS)


def text(content: str, *, limits: Limits | None = None, **options: OptionValue) -> Picture:
    """Return a text as a picture, clear around its letters, to be drawn or to be drawn onto.

    Options are `size`, `color` and `weight`. Raises OptionsError or LimitExceeded.
    """
    overlay = _read_overlay({"text": content, **options})
    return open_image(render_text(overlay, limits=limits or Limits()).data, limits=limits)


def _read_overlay(options: Mapping[str, OptionValue]) -> Overlay:
    (overlay,) = from_mapping({"draw": [_spell(options)]}).draw
    return overlay


def _spell(options: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
    """Return options by the names they have in links."""
    return {name.replace("_", "-"): value for name, value in options.items()}


def _read(options: Mapping[str, OptionValue]) -> Recipe:
    return from_mapping(_spell(options))


def _read_format(name: OutputFormat | str) -> OutputFormat:
    if isinstance(name, OutputFormat):
        return name
    try:
        return OutputFormat(name.removeprefix("image/"))
    except ValueError:
        raise OptionsError(f"'{printable(name)}' is no format that can be written") from None
