"""The library's own face: open a picture, transform it, take it out in a format.

The verbs are those of Cloudflare's Images binding for Workers, the options those of a link:

    from apps.imaging.api import open_image

    square = open_image("photo.jpg").transform(width=400, height=400, fit="cover")
    Path("square.webp").write_bytes(square.output("webp", quality=80).data)

A picture is a value: each verb returns another one, and nothing is decoded before `output`. That happens in
this very process; for pictures of strangers ask a renderer (client.py) instead.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TypeAlias

from apps.imaging.encoders import Generation
from apps.imaging.errors import OptionsError
from apps.imaging.grammar import from_mapping
from apps.imaging.limits import Limits
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.render import inspect, render
from apps.imaging.rendered import Rendered
from apps.imaging.source import SourceInfo

OptionValue: TypeAlias = "str | int | float | bool | Mapping[str, OptionValue] | None"


@dataclass(frozen=True, slots=True)
class Picture:
    """A source, and what is to be done to it, in order."""

    source: Path | bytes
    limits: Limits
    recipes: tuple[Recipe, ...] = ()

    def info(self) -> SourceInfo:
        """Return what the source is, after decoding all of it. Raises as inspect() does, or OSError."""
        with self._open() as source:
            return inspect(source, self.limits)

    def transform(self, **options: OptionValue) -> Picture:
        """Return the picture with one more transform, that works on what the ones before it made.

        Options have the names of a link's, with `_` for `-`; those with a dot are objects:
        `trim={"left": 20}`. Raises OptionsError.
        """
        return replace(self, recipes=(*self.recipes, _read(options)))

    def output(
        self, format: OutputFormat | str, *, generation: Generation = Generation.QUICK, **options: OptionValue
    ) -> Rendered:
        """Return the picture in a format, "webp" or "image/webp"; options (quality, anim, …) join the last.

        Between two transforms the picture is 8-bit sRGB and has no metadata. Raises OptionsError for a format
        that cannot be written, else as render.render() does, or OSError.
        """
        output = _read_format(format)
        *before, last = self.recipes or (Recipe(),)
        last = Recipe.from_settings(last.settings() | _read(options).settings())
        with self._open() as source:
            for recipe in before:
                # WebP keeps an animation, and at 100 every pixel.
                exact = replace(recipe, quality=100)
                made = render(source, exact, OutputFormat.WEBP, limits=self.limits)
                source.close()
                source = io.BytesIO(made.data)
            return render(source, last, output, limits=self.limits, generation=generation)

    def _open(self) -> BinaryIO:
        return io.BytesIO(self.source) if isinstance(self.source, bytes) else self.source.open("rb")


def open_image(source: str | Path | bytes, *, limits: Limits | None = None) -> Picture:
    """Return a picture from a path or from a file's bytes; nothing is read yet."""
    return Picture(source if isinstance(source, bytes) else Path(source), limits or Limits())


def _read(options: Mapping[str, OptionValue]) -> Recipe:
    return from_mapping({name.replace("_", "-"): value for name, value in options.items()})


def _read_format(name: OutputFormat | str) -> OutputFormat:
    if isinstance(name, OutputFormat):
        return name
    try:
        return OutputFormat(name.removeprefix("image/"))
    except ValueError:
        raise OptionsError(f"'{name[:40]}' is no format that can be written") from None
