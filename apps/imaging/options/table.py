"""The options: one row for each, from which the grammar, the API's schema and the documentation are made.

Those of an overlay stand behind `draw.` and its number: `draw.2.opacity`.
"""

from __future__ import annotations

from dataclasses import dataclass

from apps.imaging.options import shorthands, values
from apps.imaging.options.free_text import FreeText
from apps.imaging.recipe import Compression, Metadata
from apps.imaging.recipe.overlay import Composite, Repeat
from apps.imaging.recipe.transform import Fit, Flip

MAX_SIDE = 12_000
MAX_BYTES = 100_000_000
MAX_ID_LENGTH = 1_024
MAX_CHARACTERS = 200
MAX_TEXT_SIZE = 1_000


@dataclass(frozen=True, slots=True)
class Option:
    """One row: `name` is the canonical spelling and leads to the field, unless it is a shorthand.

    summary: one line for people.
    """

    name: str
    value: values.Value
    summary: str
    alias: str = ""


_OF_ANY_PICTURE = (
    Option("fit", values.Choice(Fit), "How the picture meets the box"),
    Option("gravity", values.Towards(), "What to keep when cutting", "g"),
    Option("zoom", values.Decimal(0, 1), "How tightly to cut out the face gravity found", "face-zoom"),
    Option("background", values.Paint(), "Colour under transparency and in padding"),
    Option("trim", shorthands.Trimming(), "Cut off first: top;right;bottom;left, or border"),
    Option("trim.top", values.Lengths(), "Cut off the top: pixels, or a share like 0.1"),
    Option("trim.right", values.Lengths(), "Cut off the right"),
    Option("trim.bottom", values.Lengths(), "Cut off the bottom"),
    Option("trim.left", values.Lengths(), "Cut off the left"),
    Option("trim.width", values.Lengths(), "Keep this much from the left, after trim.left"),
    Option("trim.height", values.Lengths(), "Keep this much from the top, after trim.top"),
    Option("trim.border", values.Flag(), "Cut off the uniform border, as trim=border does"),
    Option("trim.border.color", values.Paint(), "The border's colour, instead of the top left corner's"),
    Option("trim.border.tolerance", values.WholeNumber(0, 255), "How far from its colour the border may be"),
    Option("trim.border.keep", values.WholeNumber(0, MAX_SIDE), "Pixels of the border to leave on each side"),
    Option("flip", values.Choice(Flip), "Mirror across: h, v, or both"),
    Option("rotate", values.Turn(), "Turn clockwise, after flip: 90, 180 or 270 degrees"),
    Option("brightness", values.Factor(), "Factor of brightness: 0.5 is half, 2 is twice"),
    Option("contrast", values.Factor(), "Factor of contrast"),
    Option("gamma", values.Factor(), "Exponent: below 1 lightens, above 1 darkens"),
    Option("saturation", values.Factor(is_zero_ignored=False), "Factor of saturation; 0 is greyscale"),
    Option("upscale", shorthands.Upscaling(), "How to enlarge: interpolate"),
    Option("blur", values.Decimal(0, 250), "Radius of a Gaussian blur"),
    Option("sharpen", values.Decimal(0, 10), "Strength of sharpening; 1 suits most pictures"),
    Option("border", shorthands.Surrounding(MAX_SIDE), "A line around all, as color;width"),
    Option("border.color", values.Paint(), "Colour of the border"),
    Option("border.width", shorthands.BorderWidth(MAX_SIDE), "Width of the border on each side"),
    Option("border.top", values.WholeNumber(0, MAX_SIDE), "Width of the border above"),
    Option("border.right", values.WholeNumber(0, MAX_SIDE), "Width of the border on the right"),
    Option("border.bottom", values.WholeNumber(0, MAX_SIDE), "Width of the border below"),
    Option("border.left", values.WholeNumber(0, MAX_SIDE), "Width of the border on the left"),
)

OPTIONS = (
    Option("width", values.Width(MAX_SIDE), "Width of the box, in pixels; auto suits the screen", "w"),
    Option("wbreakpoints", values.Widths(MAX_SIDE), "Widths that auto chooses from: 320;768;960;1200"),
    Option("wmobile", values.WholeNumber(1, MAX_SIDE), "Width that auto is on a phone which says no more"),
    Option("wdesktop", values.WholeNumber(1, MAX_SIDE), "Width that auto is on anything else"),
    Option("height", values.WholeNumber(1, MAX_SIDE), "Height of the box, in pixels", "h"),
    Option("dpr", values.Decimal(0.1, 3), "Device pixels per pixel of each length given in pixels"),
    *_OF_ANY_PICTURE,
    Option("quality", values.Quality(), "1 to 100, or low, medium-low, medium-high, high", "q"),
    Option("slow-connection-quality", values.Quality(), "Quality on a slow connection", "scq"),
    Option(
        "max-bytes", values.WholeNumber(1, MAX_BYTES), "Lower the quality until the file has no more bytes"
    ),
    Option("compression", values.Choice(Compression), "fast: the quickest encoder, whatever the format"),
    Option("format", values.Format(), "Format of the result; auto goes by the Accept header", "f"),
    Option("anim", values.Flag(), "Whether an animation stays one; false takes its first frame"),
    Option("metadata", values.Choice(Metadata), "What EXIF, XMP and IPTC a JPEG keeps"),
    Option("onerror", shorthands.OnError(), "redirect: to the source itself, if it is a remote one"),
)

OVERLAY_OPTIONS = (
    Option("image", FreeText(MAX_ID_LENGTH), "Id of an image of the same account to draw on top"),
    Option("text", FreeText(MAX_CHARACTERS, is_drawn=True), "Text to draw on top, instead of an image"),
    Option("size", values.WholeNumber(1, MAX_TEXT_SIZE), "Size of the text, in pixels"),
    Option("color", values.Paint(), "Colour of the text"),
    Option("weight", values.WholeNumber(100, 900), "Weight of the text's letters; 400 is regular, 700 bold"),
    Option(
        "width", values.Side(MAX_SIDE), "Width of its box: pixels, or a share of the canvas like 0.2", "w"
    ),
    Option("height", values.Side(MAX_SIDE), "Height of its box: pixels, or a share of the canvas", "h"),
    *_OF_ANY_PICTURE,
    Option("opacity", values.Decimal(0, 1), "How opaque it is, from 0 to 1"),
    Option("repeat", values.Choice(Repeat), "Lay it like tiles: true, or along x or y only"),
    Option("top", values.WholeNumber(0, MAX_SIDE), "Pixels from the top edge; centred without it and bottom"),
    Option(
        "left", values.WholeNumber(0, MAX_SIDE), "Pixels from the left edge; centred without it and right"
    ),
    Option("bottom", values.WholeNumber(0, MAX_SIDE), "Pixels from the bottom edge"),
    Option("right", values.WholeNumber(0, MAX_SIDE), "Pixels from the right edge"),
    Option("composite", values.Choice(Composite), "How it and what lies below become one"),
)
