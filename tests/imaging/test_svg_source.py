"""An SVG as a source: recognised by its root element, measured by its tag, answered as what it is."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import pytest

from apps.imaging.errors import (
    DamagedImage,
    ImagingError,
    LimitExceeded,
    NotAnImage,
    SvgConversion,
    TruncatedImage,
    UnsupportedFormat,
)
from apps.imaging.headers import read_source_info
from apps.imaging.limits import Limits
from apps.imaging.negotiate import choose_format
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.render import inspect, render
from apps.imaging.renderer.wire import faults, replies
from apps.imaging.renderer.wire.frames import Frame, WireError
from apps.imaging.source import SNIFFED_BYTES, SourceFormat, SourceInfo, sniff
from tests import pictures
from tests.imaging.drawings import XMLNS, editor_s, scene, wrap
from tests.imaging.looking import make

LIMITS = Limits()
ROOT = Path(__file__).resolve().parents[2]
SVG = SourceInfo(SourceFormat.SVG, 60, 40, has_alpha=True)
CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"


def test_it_works() -> None:
    data = pictures.drawing_svg()
    assert inspect(io.BytesIO(data), LIMITS) == replace(SVG, size_bytes=len(data))
    rendered = make(data, "w=20,rotate=90,blur=9", OutputFormat.SVG)
    assert (rendered.format, rendered.width, rendered.height, rendered.frames) == (
        OutputFormat.SVG,
        60,
        40,
        1,
    )
    assert rendered.data == data.replace(b"<script>alert(1)</script>", b"")
    assert OutputFormat.SVG.content_type == SourceFormat.SVG.content_type == "image/svg+xml"


@pytest.mark.parametrize(
    "head",
    [
        b"<svg>",
        b"<svg\n",
        b"<svg/>",
        b"\xef\xbb\xbf<svg >",
        b" \r\n<svg >",
        b"<x:svg xmlns:x='http://www.w3.org/2000/svg'>",
        b"<?xml version='1.0'?><!-- <html> --><?x y?>\n<svg >",
        b"<!DOCTYPE svg><svg >",
        b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg >",
        b"<!--" + b"x" * 8_000 + b"--><svg >",
        "<svg >".encode("utf-16"),
        "\ufeff<?xml version='1.0'?><svg >".encode("utf-16-be"),
        "<svg >".encode("utf-16-le"),
        "<!-- é --><svg >".encode("latin-1"),
        editor_s(),
    ],
)
def test_heads(head: bytes) -> None:
    assert sniff(head[:SNIFFED_BYTES]) is SourceFormat.SVG


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<",
        b"<svgx>",
        b"<svg",
        b"<SVG>",
        b"<html><svg>",
        b"<!DOCTYPE html><svg>",
        b"<!DOCTYPE html>\n<html><body><svg>",
        b"<script>x</script><svg>",
        b"text <svg>",
        b"<!-- <svg> -->",
        b"<!-- <svg>",
        b"<?xml version='1.0'?>",
        b"<!DOCTYPE svg [<!ENTITY"[:12],
        b"+ADw-svg >",
        b"\x1f\x8b\x08<svg>",
        b"<!--" + b"x" * SNIFFED_BYTES + b"--><svg >",
        "<svg >".encode("utf-32"),
        b"GIF89a<svg>"[6:][1:],
    ],
)
def test_heads_of_something_else(head: bytes) -> None:
    assert sniff(head[:SNIFFED_BYTES]) is None


def test_signatures_come_first() -> None:
    assert sniff(b"GIF89a/*<svg>*/") is SourceFormat.GIF


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="60" height="40"', (60, 40)),
        ('width="60.5px" height=" 40.4 "', (60, 40)),
        ('width="1in" height="2.54cm"', (96, 96)),
        ('width="10mm" height="12PT"', (38, 16)),
        ('width="2em" height="2ex"', (32, 16)),
        ('width="1e2" height="+.5e1"', (100, 5)),
        ('viewBox="0 0 300.4 200"', (300, 200)),
        ('viewBox="-5,-5,30,20" width="100%" height="100%"', (30, 20)),
        ('viewBox="0 0 30 20" width="60"', (60, 40)),
        ('viewBox="0 0 30 20" height="60"', (90, 60)),
        ('width="60"', (60, 150)),
        ('height="60"', (300, 60)),
        ("", (300, 150)),
        ('viewBox="0 0 0 0"', (300, 150)),
        ('viewBox="0 0 nan inf"', (300, 150)),
        ('viewBox="0 0 1e999 1"', (300, 150)),
        ('viewBox="0 0 9"', (300, 150)),
        ('width="0" height="-5"', (300, 150)),
        ('width="auto" height="NaN"', (300, 150)),
        ('width="0.001" height="1e9"', (1, 65_535)),
        ('width="1e400" height="1e-400"', (300, 150)),
        ('viewBox="0 0 1e300 1e-300" width="9"', (9, 1)),
        ('viewBox="0 0 1e-300 1e300" width="9"', (9, 65_535)),
        (f'width="{"9" * 9_000}x"', (300, 150)),
    ],
)
def test_sizes(attributes: str, size: tuple[int, int]) -> None:
    info = read_source_info(io.BytesIO(f"<svg {XMLNS} {attributes}/>".encode()))
    assert (info.width, info.height, info.frames, info.has_alpha) == (*size, 1, True)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"<svg/>", UnsupportedFormat),
        (b"<svg xmlns='http://www.w3.org/1999/xhtml'/>", NotAnImage),
        (b"<svg onload=alert(1)>", DamagedImage),
        (f"<svg {XMLNS} id='".encode() + b"x" * 70_000, DamagedImage),
        (f"<svg {XMLNS}><g>".encode(), TruncatedImage),
        (scene()[:-3], TruncatedImage),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", UnsupportedFormat),
        (b"<?xml version='1.0' encoding='utf-7'?><svg />", UnsupportedFormat),
        (wrap("<g>" * 600), LimitExceeded),
        (b"\x1f\x8b\x08\0\0\0\0\0", NotAnImage),
    ],
)
def test_refusals(data: bytes, refusal: type[ImagingError]) -> None:
    for look in (lambda: inspect(io.BytesIO(data), LIMITS), lambda: make(data, "", OutputFormat.SVG)):
        with pytest.raises(ImagingError) as caught:
            look()
        assert type(caught.value) is refusal


def test_a_large_drawing_has_no_pixels_to_count() -> None:
    info = inspect(io.BytesIO(f'<svg {XMLNS} width="20000" height="20000"/>'.encode()), LIMITS)
    assert (info.width, info.height) == (20_000, 20_000)
    with pytest.raises(LimitExceeded, match="max_bytes"):
        inspect(io.BytesIO(scene()), Limits(max_bytes=1_000))


@pytest.mark.parametrize("output", [*filter(attrgetter("is_raster"), OutputFormat), OutputFormat.PLACEHOLDER])
def test_a_drawing_is_never_rasterised(output: OutputFormat) -> None:
    with pytest.raises(SvgConversion, match="between SVG and raster formats"):
        make(pictures.drawing_svg(), "", output)


@pytest.mark.parametrize("options", ["f=webp", "f=placeholder", "f=placeholder,compression=fast"])
def test_nor_is_it_negotiated_into_pixels(options: str) -> None:
    with pytest.raises(SvgConversion):
        choose_format(parse(options), SVG, CHROME, LIMITS)


def test_facts() -> None:
    data = pictures.drawing_svg()
    assert choose_format(parse("f=json"), SVG, CHROME, LIMITS) is OutputFormat.JSON
    assert json.loads(make(data, "w=20,f=json", OutputFormat.JSON).data) == {
        "width": 60,
        "height": 40,
        "original": {"file_size": len(data), "width": 60, "height": 40, "format": "image/svg+xml"},
    }


def test_a_picture_becomes_no_drawing() -> None:
    with pytest.raises(SvgConversion):
        make(pictures.photo_jpeg(), "", OutputFormat.SVG)


@pytest.mark.parametrize("accept", ["", "*/*", CHROME])
def test_negotiation(accept: str) -> None:
    assert choose_format(parse("w=20"), SVG, accept, LIMITS) is OutputFormat.SVG


@pytest.mark.parametrize("shift", ["", "x"])
def test_a_head_may_end_within_a_character(shift: str) -> None:
    data = wrap(f"<title>{shift}{'é' * 50_000}</title>")
    assert inspect(io.BytesIO(data), LIMITS).width == 60


def test_a_file_is_read_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(scene())
    with path.open("rb") as file:
        file.seek(9)
        assert render(file, parse(""), OutputFormat.SVG, limits=LIMITS).data == scene()


class TestWire:
    def test_a_drawing_comes_back(self) -> None:
        rendered = make(pictures.drawing_svg(), "", OutputFormat.SVG)
        frame = Frame(replies.write_rendered(rendered), rendered.data)
        assert replies.read_rendered(frame, OutputFormat.SVG) == rendered
        assert replies.read_source_info(Frame(replies.write_source_info(SVG), b"")) == SVG

    @pytest.mark.parametrize(
        "body", [b"<html><svg>", b"<script/>", b"\x89PNG\r\n\x1a\n", b"", b" <svg/>", b"<?xml?><svg/>"]
    )
    def test_what_is_no_drawing_of_ours(self, body: bytes) -> None:
        with pytest.raises(WireError):
            replies.read_rendered(Frame({"width": 1, "height": 1, "frames": 1}, body), OutputFormat.SVG)

    def test_a_drawing_is_no_picture(self) -> None:
        with pytest.raises(WireError):
            replies.read_rendered(Frame({"width": 1, "height": 1, "frames": 1}, b"<svg />"), OutputFormat.PNG)

    def test_the_refusal(self) -> None:
        with pytest.raises(SvgConversion):
            faults.raise_fault(faults.write_fault(SvgConversion()))


def test_nothing_is_loaded_late() -> None:
    """A locked worker can open no file: encodings and all are there before the first drawing."""
    program = """
import io, sys
import apps.imaging.renderer.server
from apps.imaging.errors import ImagingError
from apps.imaging.limits import Limits
from apps.imaging.render import inspect
text = "<svg xmlns='http://www.w3.org/2000/svg'><style>a{fill:url(#b)}</style><title>\\u00fc</title></svg>"
declared = "<?xml version='1.0' encoding='%s'?>" + text
written = [text.encode("utf-16"), text.encode("utf-16-be")]
for name in [name for name in sys.modules if name.startswith("encodings.utf_16")]:
    del sys.modules[name]  # of this program's own making
before = set(sys.modules)
latin = (declared % "latin1").encode("latin-1")
odd = [(declared % name).encode() for name in ("utf-7", "cp1252")]
for data in (text.encode(), *written, latin, *odd, b"<svg \\xff>", b"<svg/>"):
    try:
        inspect(io.BytesIO(data), Limits())
    except ImagingError:
        pass
print(*sorted(set(sys.modules) - before))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={}, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("\n", "", 0)
