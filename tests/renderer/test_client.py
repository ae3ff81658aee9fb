"""The blocking client against a real renderer: pictures by descriptor and by bytes, and its errors."""

from __future__ import annotations

import io
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from apps.imaging.errors import (
    BadReply,
    DamagedImage,
    LimitExceeded,
    NotAnImage,
    RendererUnavailable,
    UnsupportedFormat,
)
from apps.imaging.limits import Limits
from apps.imaging.recipe import OutputFormat, Overlay, Recipe
from apps.imaging.recipe.colour import Colour
from apps.imaging.render import render_text
from apps.imaging.renderer.client import RendererClient
from apps.imaging.source import SourceFormat
from tests.renderer.drawn import draw

LIMITS = Limits()


def test_it_works(client: RendererClient, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(draw("JPEG", (640, 480)))
    with path.open("rb") as source:
        info = client.inspect(source, limits=LIMITS)
        rendered = client.render(source, Recipe(width=320), OutputFormat.WEBP, limits=LIMITS)
    assert (info.format, info.width, info.height) == (SourceFormat.JPEG, 640, 480)
    assert (rendered.format, rendered.width, rendered.height) == (OutputFormat.WEBP, 320, 240)
    with Image.open(io.BytesIO(rendered.data)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (320, 240))


def test_a_file_in_memory_is_sent_as_bytes(client: RendererClient) -> None:
    source = io.BytesIO(draw())
    source.seek(7)
    assert client.inspect(source, limits=LIMITS).width == 64
    assert source.tell() == 7


def test_a_file_without_a_name_is_passed_with_what_was_written(client: RendererClient) -> None:
    with tempfile.TemporaryFile() as source:
        source.write(draw())
        assert client.inspect(source, limits=LIMITS).width == 64


def test_the_offset_is_not_shared(client: RendererClient, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(draw())
    with path.open("rb") as source:
        source.seek(11)
        client.inspect(source, limits=LIMITS)
        assert os.lseek(source.fileno(), 0, os.SEEK_CUR) == source.tell() == 11


def test_a_text_comes_as_a_picture(client: RendererClient) -> None:
    text = Overlay(text="Hi", size=40, color=Colour(255, 0, 0))
    lettered = client.letter(text, limits=LIMITS)
    assert lettered == render_text(text, limits=LIMITS)
    with pytest.raises(LimitExceeded):
        client.letter(text, limits=Limits(max_text_pixels=10))
    with pytest.raises(BadReply):
        client.letter(Overlay(image="logo"), limits=LIMITS)


def test_many_clients_at_once(client: RendererClient) -> None:
    def ask(width: int) -> int:
        return client.render(draw(), Recipe(width=width), OutputFormat.PNG, limits=LIMITS).width

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(ask, range(1, 65))) == list(range(1, 65))


def test_what_is_no_image(client: RendererClient) -> None:
    with pytest.raises(NotAnImage):
        client.inspect(b"hello", limits=LIMITS)
    with pytest.raises(NotAnImage):
        client.inspect(b"", limits=LIMITS)


def test_what_is_an_image_of_another_kind(client: RendererClient) -> None:
    with pytest.raises(UnsupportedFormat) as caught:
        client.inspect(b"%PDF-1.7 hello", limits=LIMITS)
    assert caught.value.format_name == "PDF"


def test_a_truncated_image(client: RendererClient) -> None:
    with pytest.raises(DamagedImage):
        client.inspect(draw("JPEG", (640, 480))[:-2000], limits=LIMITS)


def test_a_limit_is_named(client: RendererClient) -> None:
    with pytest.raises(LimitExceeded) as caught:
        client.inspect(draw(), limits=Limits(max_pixels=100))
    assert (caught.value.limit, caught.value.actual, caught.value.allowed) == ("max_pixels", 64 * 48, 100)


def test_nobody_listens(socket_path: Path) -> None:
    with pytest.raises(RendererUnavailable):
        RendererClient(socket_path).inspect(draw(), limits=LIMITS)
