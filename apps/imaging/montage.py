"""Montage: a picture made in several transforms, with other pictures drawn onto it in between.

A montage is a value: each verb returns another one, and nothing is decoded before `compose`. Who makes the
pixels is a studio: this very process (api.py), or the isolated renderer, asked over and over.

Between two transforms a picture is 8-bit sRGB without metadata, and as exact as that.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Protocol, TypeAlias

from apps.imaging.options import grammar
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Overlay, Recipe
from apps.imaging.recipe.overlay import MAX_OVERLAYS
from apps.imaging.rendered import Rendered

# A path, a file's bytes, a seekable file that its owner closes, or a text as a picture of its own, clear
# around its letters.
Source: TypeAlias = "Path | bytes | BinaryIO | Overlay"


class Studio(Protocol):
    """Who makes pictures; its errors are imaging's."""

    def render(
        self,
        source: BinaryIO,
        recipe: Recipe,
        output: OutputFormat,
        *,
        generation: Generation,
        overlays: Mapping[str, BinaryIO],
    ) -> Rendered:
        """Return the rendition of a seekable file."""

    def letter(self, text: Overlay) -> Rendered:
        """Return a text as a picture, in PNG."""

    def hold(self, data: bytes) -> BinaryIO:
        """Return what was made as a file, for the next step; closed after it."""


@dataclass(frozen=True, slots=True)
class Montage:
    """A source, and what is to be done to it, in order. `drawn` are the pictures drawn onto it, by number."""

    source: Source
    recipes: tuple[Recipe, ...] = ()
    drawn: tuple[Montage, ...] = ()

    def transform(self, recipe: Recipe) -> Montage:
        """Return it with one more transform, that works on what the ones before it made."""
        return replace(self, recipes=(*self.recipes, recipe))

    def draw(self, picture: Montage, overlay: Overlay) -> Montage:
        """Return it with a picture drawn onto it, after all that was to be done to both.

        `overlay` says how; the image or text it names is that of the caller, and means nothing.
        """
        if isinstance(picture.source, Overlay) and not picture.recipes:
            text = picture.source.settings()
            settings = {name: value for name, value in overlay.settings().items() if name != "image"}
            return self.draw_text(Overlay.from_settings(text | settings))
        name = str(len(self.drawn) + 1)
        added = self._add(replace(overlay, image=name, text=""))
        return replace(added, drawn=(*self.drawn, picture))

    def draw_text(self, text: Overlay) -> Montage:
        """Return it with a text drawn onto it."""
        return self._add(text)

    def _add(self, overlay: Overlay) -> Montage:
        *before, last = self.recipes or (Recipe(),)
        fuller = replace(last, draw=(*last.draw, overlay))
        # A recipe has room for so many overlays; what follows is drawn onto what it made.
        if last.draw and not _has_room(fuller):
            return replace(self, recipes=(*before, last, Recipe(draw=(overlay,))))
        return replace(self, recipes=(*before, fuller))


@dataclass(frozen=True, slots=True)
class Finish:
    """How a montage is written; the settings of `recipe` (quality, anim, …) join its last transform's."""

    output: OutputFormat
    recipe: Recipe = field(default_factory=Recipe)
    generation: Generation = Generation.QUICK


# Between two steps: a WebP of quality 100 keeps every pixel, and an animation if there is one.
_EXACTLY = Finish(OutputFormat.WEBP, Recipe(quality=100, anim=False))


def compose(montage: Montage, finish: Finish, studio: Studio) -> Rendered:
    """Return a montage as a rendition; raises what the studio does, or OSError."""
    *before, last = montage.recipes or (Recipe(),)
    last = Recipe.from_settings(last.settings() | finish.recipe.settings())
    is_moving = finish.output.can_animate and last.anim
    with ExitStack() as stack, ExitStack() as step:
        overlays = {
            str(number): stack.enter_context(_develop(picture, studio))
            for number, picture in enumerate(montage.drawn, 1)
        }

        def render(recipe: Recipe, finish: Finish) -> Rendered:
            drawn = {image: overlays[image] for image in recipe.drawn_images}
            return studio.render(file, recipe, finish.output, generation=finish.generation, overlays=drawn)

        file = stack.enter_context(open_source(montage.source, studio))
        for recipe in before:
            made = render(replace(recipe, quality=100, anim=is_moving), _EXACTLY)
            step.close()
            file = step.enter_context(studio.hold(made.data))
        return render(last, finish)


def open_source(source: Source, studio: Studio) -> AbstractContextManager[BinaryIO]:
    """Give a source as a file; one that its owner closes stays open."""
    if isinstance(source, Overlay):
        return studio.hold(studio.letter(source).data)
    if isinstance(source, bytes):
        return studio.hold(source)
    return source.open("rb") if isinstance(source, Path) else nullcontext(source)


def _develop(picture: Montage, studio: Studio) -> AbstractContextManager[BinaryIO]:
    """Give a picture that is drawn as a file, after all that is to be done to it; only its first frame."""
    if not picture.recipes:
        return open_source(picture.source, studio)
    return studio.hold(compose(picture, _EXACTLY, studio).data)


def _has_room(recipe: Recipe) -> bool:
    is_short = len(grammar.write(recipe)) <= grammar.MAX_TEXT_LENGTH
    return len(recipe.draw) <= MAX_OVERLAYS and is_short
