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
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, TypeAlias

from apps.imaging.errors import OptionsError, printable
from apps.imaging.limits import Limits
from apps.imaging.options.grammar import from_mapping
from apps.imaging.pixels.encoders import Generation
from apps.imaging.pixels.lettering import letter
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.recipe.overlay import Overlay
from apps.imaging.render import inspect, render
from apps.imaging.rendered import Rendered
from apps.imaging.source import SourceInfo

OptionValue: TypeAlias = "str | int | float | bool | Mapping[str, OptionValue] | None"


# What moves is transformed whole, however long it takes.
_LIMITS = Limits(large_animation_pixels=100_000_000)


@dataclass(frozen=True, slots=True)
class Picture:
    """A source, and what is to be done to it, in order. `drawn` are the pictures drawn onto it."""

    source: Path | bytes
    limits: Limits
    recipes: tuple[Recipe, ...] = ()
    drawn: tuple[Picture, ...] = ()

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

    def draw(self, overlay: Picture | str | Path | bytes, **options: OptionValue) -> Picture:
        """Return the picture with another one drawn onto it, after all that was to be done to both.

        `overlay` is a picture, of which each of its own transforms and drawings counts, a path, or a file's
        bytes. Options are an overlay's: `width=0.2`, `right=16`, `opacity=0.5`. Raises OptionsError.
        """
        drawn = overlay if isinstance(overlay, Picture) else open_image(overlay, limits=self.limits)
        image = str(len(self.drawn) + 1)
        return replace(self._add(_read_overlay({"image": image, **options})), drawn=(*self.drawn, drawn))

    def draw_text(self, content: str, **options: OptionValue) -> Picture:
        """Return the picture with a text drawn onto it: `size=48`, `color="white"`. Raises OptionsError."""
        return self._add(_read_overlay({"text": content, **options}))

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
        with ExitStack() as stack:
            overlays = {
                str(number): stack.enter_context(picture._open_made())
                for number, picture in enumerate(self.drawn, 1)
            }
            source = stack.enter_context(self._open())
            for recipe in before:
                source = io.BytesIO(_render_exactly(source, recipe, self.limits, overlays))
            return render(source, last, output, limits=self.limits, generation=generation, overlays=overlays)

    def _add(self, overlay: Overlay) -> Picture:
        *before, last = self.recipes or (Recipe(),)
        return replace(self, recipes=(*before, replace(last, draw=(*last.draw, overlay))))

    def _open(self) -> BinaryIO:
        return io.BytesIO(self.source) if isinstance(self.source, bytes) else self.source.open("rb")

    def _open_made(self) -> BinaryIO:
        """Return the picture as a file, after all that is to be done to it."""
        return io.BytesIO(self.output("webp", quality=100).data) if self.recipes else self._open()


def open_image(source: str | Path | bytes, *, limits: Limits | None = None) -> Picture:
    """Return a picture from a path or from a file's bytes; nothing is read yet."""
    return Picture(source if isinstance(source, bytes) else Path(source), limits or _LIMITS)


def text(content: str, *, limits: Limits | None = None, **options: OptionValue) -> Picture:
    """Return a text as a picture, clear around its letters, to be drawn or to be drawn onto.

    Options are `size`, `color` and `weight`. Raises OptionsError or LimitExceeded.
    """
    overlay = _read_overlay({"text": content, **options})
    return open_image(letter(overlay, Fraction(1), limits or Limits()).getvalue(), limits=limits)


def _render_exactly(
    source: BinaryIO, recipe: Recipe, limits: Limits, overlays: Mapping[str, BinaryIO]
) -> bytes:
    """Return what one transform makes, for the next one: WebP keeps an animation, and at 100 every pixel."""
    exact = replace(recipe, quality=100)
    return render(source, exact, OutputFormat.WEBP, limits=limits, overlays=overlays).data


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
