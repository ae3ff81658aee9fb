"""The wire: what one side writes the other reads, however it is cut up; and what neither accepts."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.imaging.cage import Attempt, CageReport, Locks
from apps.imaging.errors import (
    BadReply,
    DamagedImage,
    EmptyImage,
    ImagingError,
    LimitExceeded,
    NotAnImage,
    RendererBusy,
    RendererCrashed,
    RendererTimeout,
    TooLargeToProcess,
    TruncatedImage,
    UnsupportedFormat,
)
from apps.imaging.facts import write_facts
from apps.imaging.geometry.focus import Area, FocalPoints
from apps.imaging.limits import Limits
from apps.imaging.pixels.encoders import Generation
from apps.imaging.placeholder import Placeholder, write_placeholder
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.recipe.colour import Colour
from apps.imaging.rendered import Rendered
from apps.imaging.renderer.wire.asks import ask_inspect, ask_render
from apps.imaging.renderer.wire.faults import raise_fault, write_fault
from apps.imaging.renderer.wire.frames import (
    MAX_BODY_BYTES,
    Frame,
    FrameDecoder,
    WireError,
    decode_header,
    encode_head,
)
from apps.imaging.renderer.wire.replies import (
    read_rendered,
    read_report,
    read_source_info,
    write_rendered,
    write_report,
    write_source_info,
)
from apps.imaging.renderer.wire.requests import Request, Verb, read_request, write_request
from apps.imaging.source import SourceFormat, SourceInfo
from tests.renderer.drawn import draw

INFO = SourceInfo(format=SourceFormat.JPEG, width=64, height=48, orientation=6, size_bytes=1234)


def feed(decoder: FrameDecoder, data: bytes, sizes: list[int]) -> Frame:
    while space := decoder.space():
        count = min(len(space), sizes[0] if sizes else len(space), len(data))
        assert count, "the decoder wants more than there is"
        sizes = sizes[1:]
        space[:count], data = data[:count], data[count:]
        decoder.advance(count)
    return decoder.frame()


def test_it_works() -> None:
    request = Request(
        verb=Verb.RENDER,
        limits=Limits(max_pixels=5),
        recipe=Recipe(width=400),
        output=OutputFormat.AVIF,
        generation=Generation.SMALL,
        known=FocalPoints(Area(1, 2), ()),
        sources=(3,),
    )
    head = encode_head(write_request(request), body_length=3)
    frame = feed(FrameDecoder(), head + b"abc", [])
    assert (read_request(frame.header), frame.body) == (request, b"abc")


@given(st.binary(max_size=200), st.lists(st.integers(1, 50)))
def test_a_frame_arrives_in_any_pieces(body: bytes, sizes: list[int]) -> None:
    frame = feed(FrameDecoder(), encode_head({"a": [1, "b"]}, body_length=len(body)) + body, sizes)
    assert frame == Frame({"a": [1, "b"]}, body)


@given(st.binary(min_size=8, max_size=300))
def test_garbage_is_an_error_and_nothing_worse(data: bytes) -> None:
    decoder = FrameDecoder(max_body_bytes=1000)
    try:
        while space := decoder.space():
            count = min(len(space), len(data))
            if not count:
                return
            space[:count], data = data[:count], data[count:]
            decoder.advance(count)
        read_request(decoder.frame().header)
    except WireError:
        pass


@pytest.mark.parametrize("lengths", [(16 * 1024 + 1, 0), (2, MAX_BODY_BYTES + 1), (2**32 - 1, 2**32 - 1)])
def test_lengths_are_checked_before_anything_is_allocated(lengths: tuple[int, int]) -> None:
    decoder = FrameDecoder()
    decoder.space()[:8] = struct.pack(">II", *lengths)
    with pytest.raises(WireError, match="allowed"):
        decoder.advance(8)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"1",
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": [[[1]]]}',
        b'{"a": ' + b"[" * 8000 + b"]" * 8000 + b"}",
        b"[" * 16_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b"\xff\xfe",
    ],
)
def test_a_header_that_is_none(text: bytes) -> None:
    with pytest.raises(WireError):
        decode_header(text)


@pytest.mark.parametrize(
    "change",
    [
        {"verb": "delete"},
        {"verb": ["render"]},
        {"options": 5},
        {"options": "fit=nonsense"},
        {"output": "psd"},
        {"generation": None},
        {"limits": {}},
        {"limits": {"max_bytes": -1}},
        {"known": None},
        {"known": "eye:10001x0"},
        {"known": "face"},
        {"unknown": 1},
        {"sources": None},
        {"sources": {}},
        {"sources": []},
        {"sources": [-1]},
        {"sources": ["0"]},
        {"sources": [True]},
        {"sources": [None, None]},
        {"sources": [None] * 7},
    ],
)
def test_a_request_that_is_none(change: dict[str, Any]) -> None:
    sound = write_request(Request(verb=Verb.RENDER, sources=(None,)))
    assert read_request(sound)
    with pytest.raises(WireError):
        read_request(sound | change)


def test_source_info_comes_back() -> None:
    assert read_source_info(Frame(write_source_info(INFO), b"")) == INFO


@pytest.mark.parametrize(
    "change",
    [
        {"width": -1},
        {"width": 2**41},
        {"width": True},
        {"width": 1.5},
        {"format": "psd"},
        {"has_alpha": 1},
        {"x": 1},
    ],
)
def test_source_info_is_not_believed(change: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        read_source_info(Frame({"source": write_source_info(INFO)["source"] | change}, b""))


def test_a_rendition_comes_back() -> None:
    rendered = Rendered(data=draw("PNG"), format=OutputFormat.PNG, width=64, height=48, frames=1)
    assert read_rendered(Frame(write_rendered(rendered), rendered.data), OutputFormat.PNG) == rendered


def test_what_was_found_comes_back_and_nothing_else_does() -> None:
    points = FocalPoints(Area(4800, 3300), (Area(1, 2, 3, 4),))
    rendered = Rendered(data=draw("PNG"), format=OutputFormat.PNG, width=64, height=48, found=points)
    header = write_rendered(rendered)
    assert read_rendered(Frame(header, rendered.data), OutputFormat.PNG) == rendered
    for found in (1, ["eye:1x1"], "eye:1x10001", "faces:" + "+".join(["1x1x1x1"] * 9), "<script>"):
        with pytest.raises(WireError):
            read_rendered(Frame(header | {"found": found}, rendered.data), OutputFormat.PNG)


def test_a_rendition_in_another_format_is_refused() -> None:
    rendered = Rendered(data=draw("PNG"), format=OutputFormat.PNG, width=64, height=48, frames=1)
    for data in (rendered.data, b"", b"<script>", b"\x89PNG"):
        with pytest.raises(WireError, match="no webp"):
            read_rendered(Frame(write_rendered(rendered), data), OutputFormat.WEBP)


def test_facts_come_back_and_nothing_else_does() -> None:
    rendered = Rendered(write_facts((32, 24), INFO), OutputFormat.JSON, width=32, height=24)
    assert read_rendered(Frame(write_rendered(rendered), rendered.data), OutputFormat.JSON) == rendered
    for data in (draw("PNG"), b"", b"{}", b"<script>"):
        with pytest.raises(WireError, match="no json"):
            read_rendered(Frame(write_rendered(rendered), data), OutputFormat.JSON)


def test_a_placeholder_comes_back_and_nothing_else_does() -> None:
    text = write_placeholder(Placeholder((32, 24), bytes(range(7)), Colour(1, 2, 3)))
    rendered = Rendered(text, OutputFormat.PLACEHOLDER, width=32, height=24)
    assert read_rendered(Frame(write_rendered(rendered), text), OutputFormat.PLACEHOLDER) == rendered
    for data in (draw("PNG"), b"", b"{}", write_facts((32, 24), INFO), text.replace(b"#010203", b"<script")):
        with pytest.raises(WireError, match="no placeholder"):
            read_rendered(Frame(write_rendered(rendered), data), OutputFormat.PLACEHOLDER)


@pytest.mark.parametrize("change", [{"width": 0}, {"height": 65_536}, {"frames": 0}, {"width": "64"}])
def test_a_renditions_numbers_are_checked(change: dict[str, Any]) -> None:
    rendered = Rendered(data=draw("PNG"), format=OutputFormat.PNG, width=64, height=48, frames=1)
    with pytest.raises(WireError):
        read_rendered(Frame(write_rendered(rendered) | change, rendered.data), OutputFormat.PNG)


def test_a_report_comes_back() -> None:
    attempts = (Attempt("fork", True, "EPERM"), Attempt("read a file by path", False, ""))
    report = CageReport(Locks(7, True, ("AS", "CPU")), attempts, ("DATABASE_URL",))
    header = decode_header(json.dumps(write_report(report)).encode())
    assert read_report(Frame(header, b"")) == report
    with pytest.raises(WireError):
        read_report(Frame(header | {"attempts": [["fork", "yes", ""]]}, b""))
    with pytest.raises(WireError):
        read_report(Frame(header | {"limits": "AS"}, b""))


@pytest.mark.parametrize(
    "error",
    [
        EmptyImage(),
        NotAnImage(),
        UnsupportedFormat("JPEG XL"),
        DamagedImage(),
        TruncatedImage(),
        LimitExceeded("max_pixels", 200, 100),
        TooLargeToProcess(),
        TooLargeToProcess(needed_bytes=3_000_000, allowed_bytes=2_000_000),
        TooLargeToProcess(needed_ms=3_000, allowed_ms=2_000),
        RendererTimeout(),
        RendererCrashed(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_fault_comes_back_as_itself(error: ImagingError) -> None:
    with pytest.raises(type(error)) as caught:
        raise_fault(decode_header(json.dumps(write_fault(error)).encode()))
    assert type(caught.value) is type(error)
    assert str(caught.value) == str(error)


def test_an_error_without_a_code_is_a_crash() -> None:
    with pytest.raises(RendererCrashed):
        raise_fault(write_fault(RendererBusy()))


@pytest.mark.parametrize(
    "header",
    [
        {"fault": "made_up"},
        {"fault": ["crashed"]},
        {"fault": None},
        {"fault": "limit_exceeded", "limit": "max_patience", "actual": 1, "allowed": 2},
        {"fault": "limit_exceeded", "limit": "max_bytes", "actual": -1, "allowed": 2},
        {"fault": "unsupported_format", "format": "a\nb"},
        {"fault": "unsupported_format", "format": "x" * 1000},
        {"fault": "bad_request", "reason": "no"},
    ],
)
def test_a_fault_is_not_believed(header: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        raise_fault(header)


def test_the_client_sees_a_bad_reply() -> None:
    ask = ask_render(Recipe(), OutputFormat.WEBP, limits=Limits(), generation=Generation.QUICK)
    with pytest.raises(BadReply):
        ask.read(Frame({"width": 1, "height": 1, "frames": 1}, b"not what was asked for"))
    with pytest.raises(BadReply):
        ask_inspect(limits=Limits()).read(Frame({}, b""))


def test_more_bytes_than_the_wire_carries() -> None:
    ask = ask_inspect(limits=Limits())
    assert ask.head(sources=[MAX_BODY_BYTES, None])
    for lengths in ([MAX_BODY_BYTES + 1], [MAX_BODY_BYTES, 0, 1]):
        with pytest.raises(LimitExceeded) as caught:
            ask.head(sources=lengths)
        assert caught.value.actual == MAX_BODY_BYTES + 1
