"""Pillow in the asking process: draft, Lanczos, and the encoder settings nearest to ours."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Self

from tests.bench.contestants.contestant import (
    AVIF_QUALITY,
    JPEG_QUALITY,
    PNG_LEVEL,
    SIDE,
    WEBP_QUALITY,
    Contestant,
)

_SETTINGS: dict[str, dict[str, Any]] = {
    "jpeg": {"quality": JPEG_QUALITY, "optimize": True, "progressive": True},
    "webp": {"quality": WEBP_QUALITY, "method": 2},
    # libvips' effort 0 is libaom's speed 9. One thread, as for everyone.
    "avif": {"quality": AVIF_QUALITY, "speed": 9, "max_threads": 1},
    "png": {"compress_level": PNG_LEVEL},
}


class Pillow(Contestant):
    """Its thumbnail() has the decoder shrink a JPEG first (draft), as near to the target as it can."""

    def __enter__(self) -> Self:
        from PIL import Image, ImageSequence  # here, so that no other contestant's process has it

        Image.MAX_IMAGE_PIXELS = None
        self._image, self._sequence = Image, ImageSequence
        return self

    def render(self, source: Path, format_name: str) -> bytes:
        buffer = io.BytesIO()
        picture: Any
        with self._image.open(source) as picture:
            if format_name == "webp" and getattr(picture, "n_frames", 1) > 1:
                frames = [self._fit(frame.convert("RGB")) for frame in self._sequence.Iterator(picture)]
                more = {"save_all": True, "append_images": frames[1:], "duration": picture.info["duration"]}
                frames[0].save(buffer, format_name, loop=0, **more, **_SETTINGS[format_name])
                return buffer.getvalue()
            if picture.mode == "P":
                picture = picture.convert("RGB")
            picture = self._fit(picture)
            if picture.mode == "CMYK":
                picture = picture.convert("RGB")
            if format_name == "jpeg" and picture.mode == "RGBA":
                sheet = self._image.new("RGB", picture.size, "white")
                sheet.paste(picture, mask=picture.getchannel("A"))
                picture = sheet
            picture.save(buffer, format_name, **_SETTINGS[format_name])
        return buffer.getvalue()

    def _fit(self, picture: Any) -> Any:
        picture.thumbnail((SIDE, SIDE), self._image.Resampling.LANCZOS)
        return picture
