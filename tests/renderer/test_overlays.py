"""Overlays over the renderer's socket: every way they can come, and every way they can be wrong."""

from __future__ import annotations

import asyncio
import io
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import pytest

from apps.imaging.errors import (
    BadOverlay,
    DamagedImage,
    ImagingError,
    LimitExceeded,
    NotAnImage,
    OverlayIsSvg,
    OverlayMissing,
)
from apps.imaging.limits import Limits
from apps.imaging.options.grammar import parse
from apps.imaging.recipe import OutputFormat
from apps.imaging.render import render
from apps.imaging.renderer.async_client import AsyncRendererClient
from apps.imaging.renderer.client import RendererClient
from apps.imaging.renderer.wire.faults import raise_fault, write_fault
from apps.imaging.renderer.wire.frames import MAX_BODY_BYTES, Header, WireError, decode_header, encode_head
from apps.imaging.renderer.wire.requests import Request, Verb, write_request
from tests.renderer.drawn import draw
from tests.renderer.running import RunningRenderer, wait_until
from tests.renderer.test_strangers import assert_it_works, call, count_descriptors

LIMITS = Limits()
RECIPE = parse("w=40,draw.1.image=logo,draw.1.width=8,draw.1.left=0,draw.2.image=b%2Fc,draw.3.image=logo")
OVERLAYS = {"logo": draw("PNG", (16, 16)), "b/c": draw("WEBP", (12, 8))}
EXPECTED = render(
    io.BytesIO(draw()),
    RECIPE,
    OutputFormat.PNG,
    limits=LIMITS,
    overlays={image: io.BytesIO(data) for image, data in OVERLAYS.items()},
)


@pytest.fixture
def as_file(tmp_path: Path) -> Iterator[Callable[[bytes], BinaryIO]]:
    """Return a function that makes open files."""
    with ExitStack() as stack:

        def make(data: bytes) -> BinaryIO:
            path = tmp_path / str(len(list(tmp_path.iterdir())))
            path.write_bytes(data)
            return stack.enter_context(path.open("rb"))

        yield make


@pytest.mark.parametrize("ways", ["bbb", "fff", "fbf", "bfb", "mfb"])
def test_it_works(client: RendererClient, as_file: Callable[[bytes], BinaryIO], ways: str) -> None:
    """By descriptor, as bytes, from memory: the picture is the same."""
    make: dict[str, Callable[[bytes], bytes | BinaryIO]] = {"b": bytes, "f": as_file, "m": io.BytesIO}
    original, logo, other = (
        make[way](data) for way, data in zip(ways, (draw(), *OVERLAYS.values()), strict=True)
    )
    overlays = {"b/c": other, "nobody asked for": b"this", "logo": logo}
    rendered = client.render(original, RECIPE, OutputFormat.PNG, limits=LIMITS, overlays=overlays)
    assert rendered == EXPECTED
    plain = client.render(original, parse("w=40"), OutputFormat.PNG, limits=LIMITS)
    assert rendered.data != plain.data


async def _render(path: Path) -> bytes:
    client = AsyncRendererClient(path)
    rendered = await client.render(draw(), RECIPE, OutputFormat.PNG, limits=LIMITS, overlays=OVERLAYS)
    return rendered.data


def test_from_an_event_loop(renderer: RunningRenderer) -> None:
    assert asyncio.run(_render(renderer.socket_path)) == EXPECTED.data


def test_a_file_drawn_onto_itself(client: RendererClient, as_file: Callable[[bytes], BinaryIO]) -> None:
    recipe = parse("draw.image=self,draw.width=0.5")
    file = as_file(draw())
    rendered = client.render(file, recipe, OutputFormat.PNG, limits=LIMITS, overlays={"self": file})
    assert rendered == render(
        io.BytesIO(draw()),
        recipe,
        OutputFormat.PNG,
        limits=LIMITS,
        overlays={"self": io.BytesIO(draw())},
    )


def test_one_that_is_missing(client: RendererClient) -> None:
    with pytest.raises(OverlayMissing, match="'b/c'"):
        client.render(draw(), RECIPE, OutputFormat.PNG, limits=LIMITS, overlays={"logo": draw()})


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"hello", NotAnImage), (draw("JPEG", (640, 480))[:400], DamagedImage)],
)
def test_one_that_is_no_picture(client: RendererClient, data: bytes, error: type[ImagingError]) -> None:
    """The one at fault is named, and it is not the original."""
    overlays = OVERLAYS | {"b/c": data}
    with pytest.raises(BadOverlay, match="'b/c'") as caught:
        client.render(draw(), RECIPE, OutputFormat.PNG, limits=LIMITS, overlays=overlays)
    assert caught.value.image == "b/c"
    assert isinstance(caught.value.cause, error)


def test_limits_hold_for_each(client: RendererClient) -> None:
    with pytest.raises(BadOverlay, match="'logo'") as caught:
        client.render(
            draw("PNG", (10, 10)),
            RECIPE,
            OutputFormat.PNG,
            limits=Limits(max_pixels=120),
            overlays=OVERLAYS,
        )
    assert isinstance(caught.value.cause, LimitExceeded)


def test_the_cap_holds_for_the_sum(client: RendererClient) -> None:
    half = bytes(MAX_BODY_BYTES // 2)
    with pytest.raises(LimitExceeded) as caught:
        client.render(draw(), RECIPE, OutputFormat.PNG, limits=LIMITS, overlays={"logo": half, "b/c": half})
    assert caught.value.actual == MAX_BODY_BYTES + len(draw())


def make_request(*sources: int | None) -> bytes:
    request = Request(Verb.RENDER, LIMITS, RECIPE, OutputFormat.PNG, sources=sources)
    return encode_head(write_request(request), body_length=sum(length or 0 for length in sources))


@pytest.mark.parametrize(
    ("head", "descriptors"),
    [
        (make_request(None), 1),
        (make_request(None, None, None, None), 4),
        (make_request(None, None, None), 0),
        (make_request(None, None, None), 2),
        (make_request(None, None, None), 4),
        (make_request(None, None, None), 7),
        (make_request(None, 5, None) + b"12345", 3),
        (make_request(0, 0, 0), 3),
        (make_request(2, None, None).replace(b"[2,", b"[9,") + b"12", 2),
        (make_request(2, None, None).replace(b"[2,", b"[1,") + b"12", 2),
    ],
)
def test_what_came_is_not_what_was_announced(
    renderer: RunningRenderer, as_file: Callable[[bytes], BinaryIO], head: bytes, descriptors: int
) -> None:
    before = count_descriptors(renderer)
    files = [as_file(draw()) for _ in range(descriptors)]
    assert b"bad_request" in call(renderer, head, tuple(file.fileno() for file in files))
    wait_until(lambda: count_descriptors(renderer) == before)


def test_every_overlay_must_be_a_file(
    renderer: RunningRenderer, as_file: Callable[[bytes], BinaryIO], tmp_path: Path
) -> None:
    before = count_descriptors(renderer)
    reading, writing = os.pipe()
    folder = os.open(tmp_path, os.O_RDONLY)
    ours, theirs = socket.socketpair()
    original, logo = as_file(draw()).fileno(), as_file(OVERLAYS["logo"]).fileno()
    with ours, theirs:
        for stranger in (reading, folder, ours.fileno()):
            for passed in (
                (original, logo, stranger),
                (original, stranger, logo),
                (stranger, original, logo),
            ):
                assert b"bad_request" in call(renderer, make_request(None, None, None), passed)
    for descriptor in (reading, writing, folder):
        os.close(descriptor)
    assert_it_works(renderer)
    wait_until(lambda: count_descriptors(renderer) == before)


def count_own_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_nothing_stays_open_after_any_answer(
    renderer: RunningRenderer, client: RendererClient, as_file: Callable[[bytes], BinaryIO]
) -> None:
    assert_it_works(renderer)
    before, ours = count_descriptors(renderer), count_own_descriptors()
    bad = as_file(b"hello")
    good = {image: as_file(data) for image, data in OVERLAYS.items()}
    for overlays in (good, good | {"b/c": bad}, {"logo": bad, "b/c": bad}):
        try:
            client.render(as_file(draw()), RECIPE, OutputFormat.PNG, limits=LIMITS, overlays=overlays)
        except BadOverlay:
            pass
    wait_until(lambda: count_descriptors(renderer) == before)
    assert count_own_descriptors() == ours + 6, "the files of this test"


FAULTS = [
    OverlayMissing("logo"),
    OverlayIsSvg("b/c"),
    BadOverlay("b/c", DamagedImage()),
    BadOverlay("logo", LimitExceeded("max_pixels", 200, 100)),
]


@pytest.mark.parametrize("error", FAULTS, ids=str)
def test_a_fault_comes_back_as_itself(error: ImagingError) -> None:
    header = decode_header(json.dumps(write_fault(error, RECIPE.drawn_images)).encode())
    assert "b/c" not in str(header), "an id is a user's text"
    with pytest.raises(type(error)) as caught:
        raise_fault(header, RECIPE.drawn_images)
    assert str(caught.value) == str(error)


@pytest.mark.parametrize(
    "header",
    [
        {"fault": "overlay_missing"},
        {"fault": "overlay_missing", "overlay": "logo"},
        {"fault": "overlay_missing", "overlay": 2},
        {"fault": "overlay_is_svg", "overlay": -1},
        {"fault": "bad_overlay", "overlay": 0},
        {"fault": "bad_overlay", "overlay": 0, "cause": "damaged_image"},
        {"fault": "bad_overlay", "overlay": 2, "cause": {"fault": "damaged_image"}},
        {"fault": "bad_overlay", "overlay": 0, "cause": {"fault": "overlay_missing", "overlay": 0}},
    ],
)
def test_a_fault_is_not_believed(header: Header) -> None:
    with pytest.raises(WireError):
        raise_fault(header, RECIPE.drawn_images)
