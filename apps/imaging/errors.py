"""What can go wrong with a picture, as one tree.

    ImagingError
    ├ OptionsError                 the options text is wrong; `position` is the offending character's index
    ├ EmptyImage                   the options leave nothing of this picture
    ├ SourceError                  the bytes are at fault
    │ ├ NotAnImage
    │ ├ UnsupportedFormat          an image, but of a kind we do not decode; `format_name`
    │ └ DamagedImage
    │   └ TruncatedImage
    ├ LimitExceeded                `limit` (a field of Limits), `actual`, `allowed`
    ├ SvgConversion                from a drawing to pixels, or back
    ├ OverlayError                 a picture to be drawn onto another; `image` is its id
    │ ├ OverlayMissing             nobody gave it
    │ ├ OverlayIsSvg
    │ └ BadOverlay                 its bytes, its size or what its options leave of it; `cause`
    ├ TooLargeToProcess            memory or time ran out while decoding, or would have
    └ RendererError                the isolated renderer, not the picture
      ├ RendererUnavailable        nobody listens
      ├ RendererBusy               every worker is taken
      ├ RendererTimeout            a worker took it and did not finish in time
      ├ RendererCrashed            a worker died of it
      └ BadReply                   the answer makes no sense

Every message is a sentence that may be shown to whoever sent the picture.
"""

from __future__ import annotations

from typing import ClassVar


def printable(text: str) -> str:
    """Return the beginning of a text of the user's, fit for a header and a log line."""
    return "".join(character if character.isprintable() else "?" for character in text[:40])


class ImagingError(Exception):
    """A picture could not be inspected or rendered."""

    sentence: ClassVar[str] = "The picture could not be processed"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.sentence)


class OptionsError(ImagingError):
    """Options that cannot be obeyed; `position` counts characters of the options text, None for an object."""

    sentence = "The options are wrong"

    def __init__(self, message: str, *, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class EmptyImage(ImagingError):
    sentence = "The image has width or height of size 0"


class SourceError(ImagingError):
    """The bytes are at fault."""


class NotAnImage(SourceError):
    sentence = "The file is not an image"


class UnsupportedFormat(SourceError):
    """`format_name` is the format's usual name, as in "JPEG XL"."""

    def __init__(self, format_name: str) -> None:
        super().__init__(f"{format_name} images are not supported")
        self.format_name = format_name


class DamagedImage(SourceError):
    sentence = "The image is damaged"


class TruncatedImage(DamagedImage):
    sentence = "The image is incomplete: its end is missing"


_LIMIT_SENTENCES = {
    "max_bytes": "The file has {actual:,} bytes; at most {allowed:,} are allowed",
    "max_side": "The longer side has {actual:,} pixels; at most {allowed:,} are allowed",
    "max_pixels": "The image has {actual:,} pixels in all; at most {allowed:,} are allowed",
    "max_heif_bytes": "The AVIF or HEIC image takes {actual:,} bytes to decode; libheif allows {allowed:,}",
    "max_webp_side": "WebP's longer side would have {actual:,} pixels; at most {allowed:,} are possible",
    "max_animation_pixels": "All frames together have {actual:,} pixels; at most {allowed:,} are allowed",
    "max_frames": "The animation has {actual:,} frames; at most {allowed:,} are allowed",
    "max_metadata_bytes": "The image carries {actual:,} bytes of metadata; at most {allowed:,} are allowed",
    "max_svg_bytes": "The SVG has {actual:,} bytes; at most {allowed:,} are allowed",
    "max_svg_depth": "The SVG's elements are nested {actual:,} levels deep; at most {allowed:,} are allowed",
    "max_svg_elements": "The SVG has {actual:,} elements or more; at most {allowed:,} are allowed",
    "max_svg_style_length": "The SVG's styles have {actual:,} characters; at most {allowed:,} are allowed",
    "max_svg_attributes": "An element of the SVG has {actual:,} attributes; at most {allowed:,} are allowed",
    "max_text_pixels": "The text would be drawn with {actual:,} pixels; at most {allowed:,} are allowed",
    "max_enlarged_side": "The image would be enlarged to {actual:,} pixels; at most {allowed:,} are allowed",
}


class LimitExceeded(ImagingError):
    """The image is sound but over a limit; `limit` is the name of a field of Limits."""

    def __init__(self, limit: str, actual: int, allowed: int) -> None:
        sentence = _LIMIT_SENTENCES[limit].format(actual=actual, allowed=allowed)
        super().__init__(f"{sentence} ({limit})")
        self.limit = limit
        self.actual = actual
        self.allowed = allowed


class SvgConversion(ImagingError):
    sentence = "Conversion between SVG and raster formats is not supported"


class OverlayError(ImagingError):
    """A picture to be drawn is at fault, not the one it is drawn onto; `image` is its id."""

    def __init__(self, image: str, message: str) -> None:
        super().__init__(message)
        self.image = image


class OverlayMissing(OverlayError):
    """The recipe names an image that was not handed over; whoever wrote it means one that does not exist."""

    def __init__(self, image: str) -> None:
        super().__init__(image, f"There is no image '{printable(image)}' to draw")


class OverlayIsSvg(OverlayError):
    """A drawing stays one; to be answered as any other conversion of an SVG to pixels is."""

    def __init__(self, image: str) -> None:
        super().__init__(
            image, f"The image '{printable(image)}' is an SVG, which cannot be drawn onto another"
        )


class BadOverlay(OverlayError):
    """`cause` says what is wrong, and how a face would answer if it were a picture on its own."""

    def __init__(self, image: str, cause: ImagingError) -> None:
        super().__init__(image, f"The image '{printable(image)}' cannot be drawn: {cause}")
        self.cause = cause


class TooLargeToProcess(ImagingError):
    """Memory or time ran out, or would have: then two numbers say how much was needed and allowed."""

    sentence = "The image is too large to process"

    def __init__(
        self, *, needed_bytes: int = 0, allowed_bytes: int = 0, needed_ms: int = 0, allowed_ms: int = 0
    ) -> None:
        reason = ""
        if needed_bytes:
            needed, allowed = (-(-count // 10**6) for count in (needed_bytes, allowed_bytes))
            reason = f": it takes {needed:,} MB of memory, and the renderer may use {allowed:,} MB"
        elif needed_ms:
            needed, allowed = (-(-count // 1_000) for count in (needed_ms, allowed_ms))
            reason = f": it takes {needed:,} s of work, and the renderer may spend {allowed:,} s"
        super().__init__(self.sentence + reason)
        self.needed_bytes = needed_bytes
        self.allowed_bytes = allowed_bytes
        self.needed_ms = needed_ms
        self.allowed_ms = allowed_ms


class RendererError(ImagingError):
    """The isolated renderer did not do its work; the picture may be fine."""

    sentence = "The renderer failed"


class RendererUnavailable(RendererError):
    sentence = "The renderer is not running"


class RendererBusy(RendererError):
    sentence = "The renderer is busy"


class RendererTimeout(RendererError):
    sentence = "The renderer did not finish in time"


class RendererCrashed(RendererError):
    sentence = "The renderer stopped while it worked on the picture"


class BadReply(RendererError):
    sentence = "The renderer's answer makes no sense"
