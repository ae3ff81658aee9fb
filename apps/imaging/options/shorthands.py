"""Shorthands: options that stand for several others, or for none and are only checked."""

from __future__ import annotations

from dataclasses import dataclass

from apps.imaging.options.values import BadValue, Lengths, Paint, WholeNumber, refuse

_SIDES = ("top", "right", "bottom", "left")


class Spread(dict[str, object]):
    """What a shorthand's reader returns: values by the names of the options they belong to."""


@dataclass(frozen=True, slots=True)
class Trimming:
    """`border`, or what the four edges lose: `top;right;bottom;left`."""

    def read(self, name: str, text: str) -> Spread:
        if text == "border":
            return Spread({f"{name}.border": True})
        edges = text.split(";")
        if len(edges) != 4:
            raise BadValue(refuse(text, name, ["top;right;bottom;left", "border"]))
        names = [f"{name}.{side}" for side in _SIDES]
        return Spread({edge: Lengths().read(edge, each) for edge, each in zip(names, edges, strict=True)})


@dataclass(frozen=True, slots=True)
class BorderWidth:
    """The width of all four sides."""

    maximum: int

    def read(self, name: str, text: str) -> Spread:
        width = WholeNumber(0, self.maximum).read(name, text)
        border = name.rpartition(".")[0]
        return Spread({f"{border}.{side}": width for side in _SIDES})


@dataclass(frozen=True, slots=True)
class Surrounding:
    """A border as `color;width`. The original has no text form for it; this one is ours."""

    maximum: int

    def read(self, name: str, text: str) -> Spread:
        colour, semicolon, width = text.rpartition(";")
        if not semicolon:
            raise BadValue(refuse(text, name, ["color;width"]))
        sides = BorderWidth(self.maximum).read(f"{name}.width", width)
        return Spread(sides | {f"{name}.color": Paint().read(f"{name}.color", colour)})


@dataclass(frozen=True, slots=True)
class Upscaling:
    """The one way there is; so it changes nothing."""

    def read(self, name: str, text: str) -> Spread:
        if text == "generate":
            raise BadValue("upscale 'generate' is not offered by this server. Use 'interpolate'")
        if text != "interpolate":
            raise BadValue(refuse(text, name, ["interpolate"]))
        return Spread()


@dataclass(frozen=True, slots=True)
class OnError:
    """No part of the picture: whoever fetches remote sources reads it, for hosted ones it does nothing."""

    def read(self, name: str, text: str) -> Spread:
        if text != "redirect":
            raise BadValue(refuse(text, name, ["redirect"]))
        return Spread()
