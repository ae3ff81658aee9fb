"""The six pictures everyone is asked to render, drawn into a folder when the bench begins."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from tests.bench.photo import draw_photo

_SIX_MEGAPIXELS = (3_000, 2_000)
_TWENTY_FOUR_MEGAPIXELS = (6_000, 4_000)
_QUALITY = 92  # a camera's
_GIF_FRAMES = 12


@dataclass(frozen=True, slots=True)
class Source:
    """One file to render from; `is_animated` has more than one frame."""

    name: str
    path: Path
    is_animated: bool = False

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size


def draw_sources(folder: Path) -> list[Source]:
    """Draw and write them all; the same bytes each time with the same Pillow."""
    photo = draw_photo(*_SIX_MEGAPIXELS, seed=1)
    photo.save(folder / "photo-6mp.jpg", quality=_QUALITY)
    photo.save(folder / "progressive-6mp.jpg", quality=_QUALITY, progressive=True)
    photo.convert("CMYK").save(folder / "cmyk-6mp.jpg", quality=_QUALITY)
    draw_photo(*_TWENTY_FOUR_MEGAPIXELS, seed=2).save(folder / "photo-24mp.jpg", quality=_QUALITY)
    _cut_out(photo.resize((1_800, 1_200), Image.Resampling.LANCZOS)).save(folder / "transparent.png")
    _pan(photo.resize((1_500, 1_000), Image.Resampling.LANCZOS), folder / "animated.gif")
    return [
        Source("6 MP JPEG", folder / "photo-6mp.jpg"),
        Source("24 MP JPEG", folder / "photo-24mp.jpg"),
        Source("progressive JPEG", folder / "progressive-6mp.jpg"),
        Source("CMYK JPEG", folder / "cmyk-6mp.jpg"),
        Source("transparent PNG", folder / "transparent.png"),
        Source("animated GIF", folder / "animated.gif", is_animated=True),
    ]


def _cut_out(photo: Image.Image) -> Image.Image:
    """Return an oval of the photo with a soft edge and nothing around it; RGBA."""
    opacity = Image.new("L", photo.size)
    width, height = photo.size
    ImageDraw.Draw(opacity).ellipse((width // 10, height // 10, width * 9 // 10, height * 9 // 10), fill=255)
    photo.putalpha(opacity.filter(ImageFilter.GaussianBlur(width / 100)))
    return photo


def _pan(photo: Image.Image, path: Path) -> None:
    """Write a camera's walk over the photo, 720×540, as browsers play it."""
    frames = [
        photo.crop((number * 24, number * 16, number * 24 + 720, number * 16 + 540)).quantize(256)
        for number in range(_GIF_FRAMES)
    ]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=80, loop=0)
