"""What the Workers binding asks for, read into a montage (catalogue §7.6).

`transforms` is a list in the order of the work. One item transforms a picture, another draws a picture onto
one; what is to be drawn is made before. Pictures go by their numbers in the form.

    {"imageIndex": 0, "width": 400}
    {"drawImageIndex": 1, "targetImageIndex": 0, "opacity": 0.5, "right": 16, "bottom": 16}

Options are those of a link; one that is not known is refused by its name, where the original's emulator
passes over it: a picture without its watermark is worse than none. A text has a font of ours, whatever font
it names; its `size` in points is taken for pixels, at 72 to the inch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.api.binding_form import (
    ANIM,
    BACKGROUND,
    FORMAT,
    QUALITY,
    TRANSFORMS,
    BindingForm,
)
from apps.api.refusals import BadPart, OutputNotOffered, PictureConsumed
from apps.imaging.errors import OptionsError, printable
from apps.imaging.montage import Finish, Montage
from apps.imaging.options.grammar import from_mapping
from apps.imaging.options.table import OPTIONS, OVERLAY_OPTIONS
from apps.imaging.recipe import AutoWidth, OutputFormat, Overlay, Recipe

MAX_ITEMS = 50
FORMATS = {
    each.content_type: each
    for each in (
        OutputFormat.JPEG,
        OutputFormat.PNG,
        OutputFormat.GIF,
        OutputFormat.WEBP,
        OutputFormat.AVIF,
    )
}
OTHER_FONT = "texts are set in Noto Sans, whatever font is named"

_IMAGE, _DRAWN, _TARGET = "imageIndex", "drawImageIndex", "targetImageIndex"
_OF_TEXTS = frozenset({"text", "font", "size", "color", "weight"})
_WHAT_IS_DRAWN = _OF_TEXTS | {"image"}
# What has the same name for a picture and for what is drawn onto one: all but how the result is written.
_OF_PICTURES = {"dpr"} | {
    name
    for option in OPTIONS
    if option.name in {other.name for other in OVERLAY_OPTIONS}
    for name in (option.name.partition(".")[0], option.alias)
}


@dataclass(frozen=True, slots=True)
class Order:
    """`warnings` tell what is asked in vain."""

    montage: Montage
    finish: Finish
    warnings: tuple[str, ...] = ()


def read_order(form: BindingForm) -> Order:
    """Return what a form asks for. Raises BadPart, PictureConsumed, OutputNotOffered, OptionsError."""
    texts = [_read_json(picture) if isinstance(picture, str) else {} for picture in form.pictures]
    has_font = any(text.pop("font", None) is not None for text in texts)
    bench = _Bench(
        Montage(_read_overlay(text, "a text") if isinstance(picture, str) else picture)
        for picture, text in zip(form.pictures, texts, strict=True)
    )
    for place, item in enumerate(_read_items(form.words)):
        bench.work(item, f"{TRANSFORMS}.{place}")
    return Order(bench.finish(), _read_finish(form.words), (OTHER_FONT,) if has_font else ())


class _Bench:
    """The pictures by their numbers; one that was drawn onto another is None."""

    def __init__(self, pictures: Iterable[Montage]) -> None:
        self._pictures: list[Montage | None] = list(pictures)

    def work(self, item: Mapping[str, Any], place: str) -> None:
        """Do one item of transforms."""
        options = {name: value for name, value in item.items() if name not in (_IMAGE, _DRAWN, _TARGET)}
        if _DRAWN not in item and _TARGET not in item:
            number, picture = self._pick(item.get(_IMAGE, 0), f"{place}.{_IMAGE}")
            self._pictures[number] = picture.transform(_read_transform(options, place))
            return
        number, picture = self._pick(item.get(_DRAWN), f"{place}.{_DRAWN}")
        onto, target = self._pick(item.get(_TARGET, 0), f"{place}.{_TARGET}")
        if number in (0, onto):
            raise BadPart(f"{place}.{_DRAWN}", f"is {number}, which cannot be drawn onto {onto}")
        overlay = _read_overlay({"image": "drawn", **_refuse_words(options, place)}, place)
        self._pictures[onto], self._pictures[number] = target.draw(picture, overlay), None

    def finish(self) -> Montage:
        """Return the canvas, when all that came to be drawn was drawn."""
        canvas, *others = self._pictures
        for number, picture in enumerate(others, 1):
            if picture is not None:
                raise BadPart(TRANSFORMS, f"draw number {number} onto nothing: leave it out, or draw it")
        if canvas is None:
            raise PictureConsumed(0)
        return canvas

    def _pick(self, number: object, place: str) -> tuple[int, Montage]:
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(self._pictures):
            raise BadPart(place, f"must be a picture's number, from 0 to {len(self._pictures) - 1}")
        picture = self._pictures[number]
        if picture is None:
            raise PictureConsumed(number)
        return number, picture


def _read_items(words: Mapping[str, str]) -> list[dict[str, Any]]:
    items = _load(words.get(TRANSFORMS, "[]"), TRANSFORMS)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise BadPart(TRANSFORMS, "must be a JSON list of objects")
    if len(items) > MAX_ITEMS:
        raise BadPart(TRANSFORMS, f"may have at most {MAX_ITEMS} items, these are {len(items)}")
    return items


def _read_transform(options: Mapping[str, Any], place: str) -> Recipe:
    for name in options:
        if name.partition(".")[0] not in _OF_PICTURES:
            raise OptionsError(f"{place}: '{printable(name)}' is not an option of a transform")
    try:
        recipe = from_mapping(options)
    except OptionsError as error:
        raise OptionsError(f"{place}: {error}") from error
    if isinstance(recipe.width, AutoWidth):
        raise OptionsError(f"{place}: width must be a number of pixels; no browser is asking")
    return recipe


def _read_overlay(options: Mapping[str, Any], place: str) -> Overlay:
    try:
        (overlay,) = from_mapping({"draw": [dict(options)]}).draw
    except OptionsError as error:
        raise OptionsError(f"{place}: {str(error).replace('draw.1.', '').replace('draw.1 ', '')}") from error
    return overlay


def _refuse_words(options: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    """Return the options of a drawing, which say how and not what. Raises OptionsError."""
    for name in options:
        if name in _WHAT_IS_DRAWN:
            raise OptionsError(f"{place}: '{name}' is not an option of a drawing")
    return options


def _read_finish(words: Mapping[str, str]) -> Finish:
    wanted = words.get(FORMAT)
    if wanted is None:
        raise BadPart(FORMAT, f"is missing: send one of {', '.join(FORMATS)}")
    if wanted not in FORMATS:
        raise OutputNotOffered(printable(wanted), FORMATS)
    given = {"quality": words.get(QUALITY), "background": words.get(BACKGROUND), "anim": words.get(ANIM)}
    return Finish(FORMATS[wanted], from_mapping(given))


def _read_json(text: str) -> dict[str, Any]:
    told = _load(text, "a text")
    if not isinstance(told, dict) or not set(told) <= _OF_TEXTS:
        raise BadPart("a text", f"must be a JSON object of {', '.join(sorted(_OF_TEXTS))}")
    if isinstance(told.get("size"), float):
        told["size"] = round(told["size"])
    return told


def _load(text: str, name: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadPart(name, "must be JSON") from error
