"""Inspecting a source decodes all of it, and refuses what is damaged, cut or too large, each by its name."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from apps.imaging.errors import (
    DamagedImage,
    ImagingError,
    LimitExceeded,
    NotAnImage,
    TooLargeToProcess,
    TruncatedImage,
    UnsupportedFormat,
)
from apps.imaging.limits import FailOn, Limits
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.render import inspect, render
from apps.imaging.source import SourceFormat, SourceInfo
from tests import pictures

LIMITS = Limits()
CARD = pictures.draw_card()
ROOT = Path(__file__).resolve().parents[2]


def look_into(data: bytes, limits: Limits = LIMITS) -> SourceInfo:
    return inspect(io.BytesIO(data), limits)


def test_it_works() -> None:
    info = look_into(pictures.photo_jpeg(orientation=6))
    assert (info.format, info.oriented_size, info.frames) == (SourceFormat.JPEG, (1200, 800), 1)


SOUND: dict[str, Callable[[], bytes]] = {
    "jpeg": pictures.photo_jpeg,
    "progressive jpeg": lambda: pictures.photo_jpeg(progressive=True),
    "cmyk jpeg": pictures.cmyk_jpeg,
    "one pixel": lambda: pictures.encode(CARD.crop((0, 0, 1, 1)), "JPEG"),
    "png": pictures.transparent_png,
    "16-bit png": pictures.grey16_png,
    "apng": lambda: pictures.animation("PNG"),
    "gif": lambda: pictures.encode(CARD, "GIF"),
    "animated gif": lambda: pictures.animation("GIF"),
    "webp": lambda: pictures.encode(pictures.draw_photo(), "WEBP"),
    "animated webp": lambda: pictures.animation("WEBP"),
    "tiny huge webp": lambda: pictures.huge_webp(2_000),
    "avif": lambda: pictures.encode(CARD, "AVIF"),
    "animated avif": lambda: pictures.animation("AVIF"),
    "heic": pictures.heic,
    "tiff": lambda: pictures.encode(CARD, "TIFF", compression="tiff_lzw"),
    "bmp": lambda: pictures.encode(CARD, "BMP"),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_source(name: str) -> None:
    assert look_into(SOUND[name]()).width > 0


@pytest.mark.parametrize("name", SOUND)
def test_a_file_is_read_by_its_descriptor(name: str, tmp_path: Path) -> None:
    data = SOUND[name]()
    path = tmp_path / "original"
    path.write_bytes(data)
    with path.open("rb") as file:
        file.seek(0, io.SEEK_END)  # wherever it stands
        assert inspect(file, LIMITS) == look_into(data)


@pytest.mark.parametrize("share", [0.5, 0.97])
@pytest.mark.parametrize("name", sorted(SOUND.keys() - {"one pixel", "tiny huge webp"}))
def test_a_cut_source(name: str, share: float) -> None:
    data = SOUND[name]()
    with pytest.raises(DamagedImage):
        look_into(data[: int(len(data) * share)])


@pytest.mark.parametrize("name", ["jpeg", "progressive jpeg", "png", "webp", "gif"])
def test_a_cut_source_is_called_incomplete(name: str) -> None:
    data = SOUND[name]()
    with pytest.raises(TruncatedImage, match="its end is missing"):
        look_into(data[: len(data) // 2])


def test_a_gif_cut_between_frames_is_whole_as_far_as_it_goes() -> None:
    """Encoders that stream write no trailer: what is there is complete."""
    assert look_into(pictures.animation("GIF")[:-1]).frames == 5


@pytest.mark.parametrize(
    ("data", "limit"),
    [
        (pictures.huge_webp(16_384), "max_side"),
        (pictures.huge_webp(10_001), "max_pixels"),
        (pictures.animation("GIF", count=3, width=6_000, height=6_000), "max_animation_pixels"),
    ],
)
def test_bombs(data: bytes, limit: str) -> None:
    with pytest.raises(LimitExceeded) as caught:
        look_into(data)
    assert caught.value.limit == limit


def test_a_file_over_the_account_s_limit() -> None:
    with pytest.raises(LimitExceeded, match="max_bytes"):
        look_into(pictures.photo_jpeg(), Limits(max_bytes=1_000))


def test_a_header_that_lies() -> None:
    """993 bytes that claim 64,000 pixels square are refused by what they claim."""
    data = bytearray(pictures.encode(CARD, "JPEG"))
    frame = data.index(b"\xff\xc0") + 5
    data[frame : frame + 4] = (64_000).to_bytes(2, "big") * 2
    with pytest.raises(LimitExceeded, match="max_side"):
        look_into(bytes(data))


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", NotAnImage),
        (b"hello", NotAnImage),
        (b"%PDF-1.4", UnsupportedFormat),
        (b"<html><svg/></html>", NotAnImage),
    ],
)
def test_what_is_no_image(data: bytes, refusal: type[ImagingError]) -> None:
    with pytest.raises(refusal):
        look_into(data)


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not limit the address space")
@pytest.mark.parametrize("format_name", ["JPEG", "AVIF"])
def test_running_out_of_memory_is_not_damage(format_name: str, tmp_path: Path) -> None:
    options = {"progressive": True} if format_name == "JPEG" else {"speed": 10}
    path = tmp_path / "large"
    path.write_bytes(pictures.encode(pictures.draw_card(6_000, 6_000), format_name, **options))
    program = f"""
import resource
from apps.imaging.errors import TooLargeToProcess
from apps.imaging.limits import FailOn, Limits
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.render import inspect, render
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 40 * 1024**2, resource.RLIM_INFINITY))
try:
    inspect(open({str(path)!r}, "rb"), Limits())
except TooLargeToProcess:
    print("too large")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("too large\n", 0), done.stderr
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY
    assert issubclass(TooLargeToProcess, ImagingError)


@pytest.mark.parametrize("name", [name for name in SOUND if name not in ("one pixel", "tiny huge webp")])
def test_who_is_forgiving_gets_the_half_of_a_jpeg_and_of_nothing_else(name: str) -> None:
    """libjpeg paints what is missing grey; everywhere else the header tells that something is missing."""
    whole = SOUND[name]()
    half, forgiving = whole[: len(whole) // 2], Limits(fail_on=FailOn.NONE)
    with pytest.raises(TruncatedImage):  # an upload is never taken
        look_into(half, forgiving)
    for limits, is_rendered in ((LIMITS, False), (forgiving, "jpeg" in name)):
        for options in ("w=20", ""):
            with nullcontext() if is_rendered else pytest.raises(TruncatedImage):
                assert render(io.BytesIO(half), parse(options), OutputFormat.PNG, limits=limits).data
